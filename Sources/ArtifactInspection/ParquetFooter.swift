/// Reads rows and schema hash from the footer of a Parquet file.
///
/// The file ends in the metadata, its length in four bytes, and `PAR1`. Rows and schema stand at the start of the
/// metadata, so that no more than ``mostBytes`` of it are read, though the row groups of a large file can make it
/// longer.
enum ParquetFooter {
  /// Enough for the schema of most files.
  private static let fewBytes = 64 << 10
  /// The most that is read of a footer: 16 MiB.
  static let mostBytes = 16 << 20

  /// What the footer tells; nothing where it is damaged.
  static func content(of file: ArtifactFile) -> ArtifactContent {
    // At least the magic, and the length and the magic.
    guard file.size >= 12, let tail = file.read(at: file.size - 8, count: 8),
      tail[4...].elementsEqual("PAR1".utf8)
    else { return ArtifactContent() }
    let length = Int64(tail[0]) | Int64(tail[1]) << 8 | Int64(tail[2]) << 16 | Int64(tail[3]) << 24
    guard length <= file.size - 12 else { return ArtifactContent() }

    for limit in [fewBytes, mostBytes] {
      let count = Int(min(length, Int64(limit)))
      guard let bytes = file.read(at: file.size - 8 - length, count: count) else { break }
      if let metadata = try? ParquetMetadata(bytes) { return content(of: metadata) }
      if count == length { break }
    }
    return ArtifactContent()
  }

  private static func content(of metadata: ParquetMetadata) -> ArtifactContent {
    ArtifactContent(
      schemaHash: metadata.elements.flatMap { ParquetSchema($0) }?.text.hash,
      rowCount: metadata.rowCount.flatMap { $0 >= 0 ? $0 : nil })
  }
}
