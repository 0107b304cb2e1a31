"""Writes the Parquet files of this folder, laid out as those of nyu-mll/glue: make.py FOLDER"""
import os, sys
import pyarrow as pa, pyarrow.parquet as pq
# As the library "datasets" writes them: int64 class labels, int32 indices, snappy, dictionary pages, a note in the metadata.
out=sys.argv[1]
def w(path, **cols):
    types={'idx':pa.int32()}
    arrs={}
    for k,v in cols.items():
        if k=='idx': t=pa.int32()
        elif k=='label': t=pa.float32() if any(isinstance(x,float) for x in v) else pa.int64()
        else: t=pa.string()
        arrs[k]=pa.array(v,type=t)
    table=pa.table(arrs).replace_schema_metadata({'huggingface':'{"info": {"features": {}}}'})
    os.makedirs(os.path.dirname(f'{out}/{path}'),exist_ok=True)
    pq.write_table(table,f'{out}/{path}')
w('cola/train-00000-of-00001.parquet',sentence=['The sailors rode the breeze.','Sailors the rode.','He said "no'],label=[1,0,1],idx=[0,1,2])
w('cola/validation-00000-of-00001.parquet',sentence=['The weights made the rope stretch.'],label=[1],idx=[0])
w('cola/test-00000-of-00001.parquet',sentence=['Bill whistled past the house.'],label=[-1],idx=[0])
w('stsb/train-00000-of-00001.parquet',sentence1=['A man.','Crème brûlée\u2028 here'],sentence2=['A man with\ta hat.','Line\nbreak'],label=[3.8,0.0],idx=[0,1])
w('stsb/validation-00000-of-00001.parquet',sentence1=['A man with a hard hat is dancing.'],sentence2=['A man wearing a hard hat is dancing.'],label=[5.0],idx=[0])
w('stsb/test-00000-of-00001.parquet',sentence1=['a'],sentence2=['b'],label=[-1.0],idx=[0])
n=1500
w('mnli/train-00000-of-00002.parquet',premise=[f'premise {i}' for i in range(n)],hypothesis=[f'hypothesis {i%7}' for i in range(n)],label=[i%3 for i in range(n)],idx=list(range(n)))
w('mnli/train-00001-of-00002.parquet',premise=['last'],hypothesis=['one'],label=[2],idx=[n])
for g in ('matched','mismatched'):
    w(f'mnli/validation_{g}-00000-of-00001.parquet',premise=[g],hypothesis=['h'],label=[1],idx=[0])
    w(f'mnli/test_{g}-00000-of-00001.parquet',premise=[g],hypothesis=['h'],label=[-1],idx=[0])
w('ax/test-00000-of-00001.parquet',premise=['p'],hypothesis=['h'],label=[-1],idx=[0])
