internal import LinuxSystem
package import ManifestModel

#if canImport(Glibc)
  import Glibc
#endif

/// The assets that others recorded while a rebuild reads, for it to read once more before it is done.
///
/// A rebuild reads into a file of its own, so that what a record adds to the index in use would go with the old
/// content. It has this file beside the index for as long as it reads; whoever records writes the asset into it, after
/// the tree and before the index. Both lock it. The rebuild takes it away only when it has read all of it: who no
/// longer finds it finds the new content in the index.
package struct RecordedMeanwhile: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private var position: Int64 = 0
  private var hasEnded = false

  /// Bytes beyond which nothing is noted any more: a rebuild that was killed leaves the file to grow until the next
  /// one.
  private static let capacity: Int64 = 16 << 20
  /// How long a record waits for the file, which the others hold for some microseconds.
  private static let patienceMilliseconds = 500

  /// Begins; to be called with the lock of all reconciles, and before the tree is listed.
  package init(at location: IndexLocation) throws(IndexError) {
    path = location.newsPath
    // What a rebuild that was killed has left is in the tree by now.
    try Files.remove(path)
    guard let descriptor = try IndexRights.openNew(path, .database, of: location) else {
      throw IndexError(.busy, "\(path) was made by another process: try again.")
    }
    self.descriptor = descriptor
  }

  deinit {
    if !hasEnded { unlink(path) }
    close(descriptor)
  }

  /// The assets that were noted since the last call, each once; `nil` if they are more than the file may hold.
  package mutating func take() throws(IndexError) -> [AssetIdentifier]? {
    try Self.lock(descriptor, path)
    defer { ExclusiveLock.release(descriptor) }
    return try read()
  }

  /// Takes the file away, unless something was noted since the last call.
  ///
  /// - Returns: whether it is gone.
  package mutating func end() throws(IndexError) -> Bool {
    if hasEnded { return true }
    try Self.lock(descriptor, path)
    defer { ExclusiveLock.release(descriptor) }
    guard let status = try? FileStatus.of(descriptor), status.size <= position else { return false }
    unlink(path)
    hasEnded = true
    return true
  }

  private mutating func read() throws(IndexError) -> [AssetIdentifier]? {
    let status: FileStatus
    do throws(SystemError) { status = try FileStatus.of(descriptor) } catch {
      throw IndexError(errno: error.number, path: path, action: "examined")
    }
    if status.size >= Self.capacity { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(max(0, status.size - position)))
    let count = pread(descriptor, &bytes, bytes.count, off_t(position))
    guard count >= 0 else { throw IndexError(errno: errno, path: path, action: "read") }
    position = status.size
    var seen: Set<AssetIdentifier> = []
    var assets: [AssetIdentifier] = []
    let fields = bytes.prefix(count).split(separator: 0, omittingEmptySubsequences: false).dropLast()
    for start in stride(from: fields.startIndex, to: fields.endIndex - 1, by: 2) {
      let asset = AssetIdentifier(
        name: String(decoding: fields[start], as: UTF8.self), id: String(decoding: fields[start + 1], as: UTF8.self))
      if seen.insert(asset).inserted { assets.append(asset) }
    }
    return assets
  }

  /// Notes assets whose files were just written, if a rebuild is reading. One call for the usual case that none is.
  package static func note(_ assets: some Sequence<AssetIdentifier>, at location: IndexLocation) throws(IndexError) {
    let path = location.newsPath
    let descriptor = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return }
      throw IndexError(errno: errno, path: path, action: "opened")
    }
    defer { close(descriptor) }
    try lock(descriptor, path)
    // No name leads to it any more: the rebuild is done, and the index is what counts again.
    guard let status = try? FileStatus.of(descriptor), status.linkCount > 0, status.size < capacity else { return }
    var bytes: [UInt8] = []
    for asset in assets {
      bytes += Array(asset.name.utf8) + [0] + Array(asset.id.utf8) + [0]
    }
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      let code = errno
      // Half a name would take the next one with it.
      ftruncate(descriptor, off_t(status.size))
      throw IndexError(errno: code, path: path, action: "written")
    }
  }

  private static func lock(_ descriptor: Int32, _ path: String) throws(IndexError) {
    let deadline = Deadline(milliseconds: patienceMilliseconds)
    do throws(SystemError) {
      if try ExclusiveLock.take(descriptor, longestPause: 10_000, while: { deadline.remainingMicroseconds }) { return }
    } catch {
      throw IndexError(errno: error.number, path: path, action: "locked")
    }
    throw IndexError(.busy, "\(path) is locked by another process: try again.")
  }
}
