internal import Glibc
internal import LinuxSystem
internal import ManifestModel

/// An artifact, read piece by piece.
struct ArtifactFile {
  private let source: any ArtifactSource

  init(_ source: any ArtifactSource) {
    self.source = source
  }

  /// The size in bytes when it was first looked at.
  var size: Int64 { source.bytes }
  var modified: Timestamp? { source.modified }
  /// Whether it is still what it was when it was first looked at.
  var isUnchanged: Bool { source.isUnchanged }

  /// The bytes from an offset on; `nil` where they cannot be read, or where the file has ended before.
  func read(at offset: Int64, count: Int) -> [UInt8]? {
    guard offset >= 0, count >= 0, Int64(count) <= size, offset <= size - Int64(count) else { return nil }
    return source.read(at: offset, count: count)
  }

  /// The first bytes: as many as there are, up to a limit.
  func readStart(atMost limit: Int) -> [UInt8]? {
    read(at: 0, count: Int(min(Int64(limit), size)))
  }
}
