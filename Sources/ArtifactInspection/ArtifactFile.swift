internal import Glibc
internal import LinuxSystem
internal import ManifestModel

/// An open artifact, read piece by piece and never mapped: a writer that truncates it must not end this process.
struct ArtifactFile {
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
  let status: Status

  /// The file behind a descriptor; `nil` where it is no regular file.
  init?(descriptor: Int32) {
    guard let status = Status(descriptor: descriptor) else { return nil }
    self.descriptor = descriptor
    self.status = status
  }

  /// The size in bytes when the file was first looked at.
  var size: Int64 { status.bytes }

  /// Whether the file is still what it was when it was first looked at.
  var isUnchanged: Bool { Status(descriptor: descriptor) == status }

  /// The bytes from an offset on; `nil` where they cannot be read, or where the file has ended before.
  func read(at offset: Int64, count: Int) -> [UInt8]? {
    guard offset >= 0, count >= 0, Int64(count) <= size, offset <= size - Int64(count) else { return nil }
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

  /// The first bytes of the file: as many as there are, up to a limit.
  func readStart(atMost limit: Int) -> [UInt8]? {
    read(at: 0, count: Int(min(Int64(limit), size)))
  }
}
