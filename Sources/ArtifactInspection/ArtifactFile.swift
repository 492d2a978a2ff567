internal import Glibc
internal import LinuxSystem
package import ManifestModel

/// What an artifact is read from, piece by piece.
package protocol ArtifactSource {
  /// The size when it was first looked at.
  var bytes: Int64 { get }
  /// When it was written, as far as that is known.
  var modified: Timestamp? { get }
  /// Whether it still is what it was when it was first looked at.
  var isUnchanged: Bool { get }
  /// So many bytes from an offset on, all of them within the size; `nil` where they cannot be read.
  func read(at offset: Int64, count: Int) -> [UInt8]?
}

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

/// An open file, never mapped: a writer that truncates it must not end this process.
struct OpenArtifact: ArtifactSource {
  /// What the file system knows of the file.
  struct Status: Equatable {
    let bytes: Int64
    let modified: Timestamp?
    /// Nanoseconds of the last change to content or inode.
    private let changed: [Int64]

    fileprivate init?(descriptor: Int32) {
      guard let status = try? FileStatus.of(descriptor), status.kind == .file else { return nil }
      bytes = status.size
      modified = Timestamp(
        seconds: status.modifiedSeconds,
        nanoseconds: status.modifiedNanoseconds - status.modifiedSeconds * 1_000_000_000)
      changed = [status.modifiedNanoseconds, status.changedNanoseconds]
    }
  }

  private let descriptor: Int32
  private let status: Status

  /// The file behind a descriptor; `nil` where it is no regular file.
  init?(descriptor: Int32) {
    guard let status = Status(descriptor: descriptor) else { return nil }
    self.descriptor = descriptor
    self.status = status
  }

  var bytes: Int64 { status.bytes }
  var modified: Timestamp? { status.modified }
  var isUnchanged: Bool { Status(descriptor: descriptor) == status }

  func read(at offset: Int64, count: Int) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, read in
      while read < count {
        let result = pread(descriptor, room.baseAddress.map { $0 + read }, count - read, off_t(offset) + off_t(read))
        if result > 0 {
          read += result
        } else if result == 0 || errno != EINTR {
          return
        }
      }
    }
    return bytes.count == count ? bytes : nil
  }
}
