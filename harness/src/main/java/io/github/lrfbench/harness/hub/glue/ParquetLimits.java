package io.github.lrfbench.harness.hub.glue;

import blue.strategic.parquet.ParquetReader;
import io.github.lrfbench.harness.input.Faults;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Looks at the pages of a Parquet file before any is unpacked: a reader sets aside what a page's
 * header asks for, which may be a thousand times the file.
 */
final class ParquetLimits {
  private static final Set<CompressionCodecName> CODECS =
      Set.of(
          CompressionCodecName.UNCOMPRESSED,
          CompressionCodecName.SNAPPY,
          CompressionCodecName.ZSTD);

  /** Writers make pages of a megabyte; the largest file of GLUE holds 78 megabytes in all. */
  private static final long LARGEST_PAGE = 64L << 20;

  private static final long LARGEST_FILE = 1L << 30;

  private final Path file;
  private long unpacked;

  private ParquetLimits(Path file) {
    this.file = file;
  }

  /**
   * Refuses what cannot be unpacked, or is too large then.
   *
   * @throws io.github.lrfbench.kernels.InputException with what is wrong
   * @throws IOException if the file cannot be read
   */
  static void check(Path file) throws IOException {
    ParquetLimits limits = new ParquetLimits(file);
    for (BlockMetaData block : ParquetReader.readMetadata(file.toFile()).getBlocks()) {
      for (ColumnChunkMetaData column : block.getColumns()) {
        limits.check(column);
      }
    }
  }

  private void check(ColumnChunkMetaData column) throws IOException {
    if (!CODECS.contains(column.getCodec())) {
      throw Faults.of(
          file,
          "the column "
              + Faults.quote(column.getPath().toDotString())
              + " is compressed by "
              + column.getCodec()
              + ", which is not supported; only "
              + CODECS.stream().map(Enum::name).sorted().collect(Collectors.joining(", "))
              + " are");
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long position = column.getStartingPos();
      long end = position + column.getTotalSize();
      if (position < 0 || column.getTotalSize() < 0 || end < 0 || end > channel.size()) {
        throw Faults.of(file, "is no readable Parquet file: a column lies outside of it");
      }
      channel.position(position);
      Counting in = new Counting(new BufferedInputStream(Channels.newInputStream(channel)));
      while (in.count < end - position) {
        PageHeader page = Util.readPageHeader(in);
        unpacked += Math.max(0, page.getUncompressed_page_size());
        if (page.getUncompressed_page_size() > LARGEST_PAGE || unpacked > LARGEST_FILE) {
          throw Faults.of(
              file,
              "would take more than "
                  + (unpacked > LARGEST_FILE ? LARGEST_FILE : LARGEST_PAGE)
                  + " bytes when it is unpacked, which no data of GLUE do");
        }
        in.skipNBytes(Math.max(0, page.getCompressed_page_size()));
      }
    }
  }

  /** Knows how many bytes were read. */
  private static final class Counting extends InputStream {
    private final InputStream in;
    private long count;

    Counting(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      count += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = in.read(buffer, offset, length);
      count += Math.max(0, read);
      return read;
    }

    @Override
    public void skipNBytes(long n) throws IOException {
      in.skipNBytes(n);
      count += n;
    }
  }
}
