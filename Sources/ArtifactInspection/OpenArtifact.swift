internal import Glibc
internal import LinuxSystem
internal import ManifestModel

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
