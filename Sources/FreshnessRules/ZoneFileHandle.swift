internal import Glibc
internal import LinuxSystem

/// An open zone file.
struct ZoneFileHandle: ~Copyable {
  /// The largest file of a zone takes 3.6 KB.
  private static let limit = 1 << 20

  private let descriptor: Int32

  private init(_ path: String) throws(ZoneFileFailure) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    if descriptor < 0 { throw .system(errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The bytes of a file, or the first of them, from its beginning.
  static func bytes(of path: String, upTo count: Int? = nil) throws(ZoneFileFailure) -> [UInt8] {
    try ZoneFileHandle(path).bytes(upTo: count)
  }

  private borrowing func bytes(upTo count: Int?) throws(ZoneFileFailure) -> [UInt8] {
    let status: FileStatus
    do throws(SystemError) { status = try FileStatus.of(descriptor) } catch { throw .system(error.number) }
    guard status.kind == .file else { throw .notAFile }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try Descriptors.bytes(of: descriptor, limit: min(count ?? .max, Self.limit))
    } catch {
      throw .system(error.number)
    }
    if count == nil, bytes.count > Self.limit { throw .tooLarge }
    return Array(bytes.prefix(count ?? .max))
  }
}
