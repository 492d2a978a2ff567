internal import CLinux
internal import Glibc
package import LinuxSystem
internal import ManifestModel
internal import StoredTree

/// The real system calls.
package struct LinuxFileSystem: FileSystem {
  package init() {}

  package func openFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try open(path, in: folder, flags: O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
  }

  package func openFile(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try open(path, in: folder, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
  }

  package func status(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> FileStatus {
    try FileStatus.of(path, in: folder, followingLinks: false)
  }

  package func status(of descriptor: Int32) throws(SystemError) -> FileStatus {
    try FileStatus.of(descriptor)
  }

  package func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw SystemError(errno) }
    }
  }

  package func list(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    let count = catalog_getdents64(descriptor, buffer.baseAddress, buffer.count)
    guard count >= 0 else { throw SystemError(Int32(-count)) }
    return count
  }

  package func close(_ descriptor: Int32) {
    _ = Glibc.close(descriptor)
  }

  /// Takes the time from a nameless file beside the tree, so that nothing in the tree changes.
  ///
  /// Where none can be made, the system's clock has to do, with more slack (Mercurial's dirstate takes its time the
  /// same way).
  package func clock(near path: String, device: UInt64) -> FileSystemClock {
    let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_DIRECTORY | Int32(catalog_o_tmpfile_bit), 0o600)
    if descriptor >= 0 {
      defer { close(descriptor) }
      if let probe = try? status(of: descriptor), probe.device == device {
        return FileSystemClock(
          nanoseconds: probe.revision.latestNanoseconds, slackNanoseconds: 2_000_000_000)
      }
    }
    return FileSystemClock(nanoseconds: SystemClock.nanoseconds(), slackNanoseconds: 5_000_000_000)
  }

  package func sleep(microseconds: UInt32) {
    usleep(microseconds)
  }

  /// `openat2` where the kernel lets us, else one `openat` per component: both refuse every symbolic link on the way.
  ///
  /// There is no way where the path is a single name, and `O_NOFOLLOW` does for that.
  private func open(_ path: UnsafePointer<CChar>, in folder: Int32, flags: Int32) throws(SystemError) -> Int32 {
    if path.pointee != CChar(UInt8(ascii: ".")), strchr(path, Int32(UInt8(ascii: "/"))) == nil {
      let descriptor = openat(folder, path, flags)
      if descriptor >= 0 { return descriptor }
      // A link in the place of a folder is told from a file there only by openat2.
      guard errno == EINTR || errno == ENOTDIR else { throw SystemError(errno) }
    }
    let resolve = UInt64(
      catalog_resolve_beneath | catalog_resolve_no_symlinks | catalog_resolve_no_magiclinks)
    while true {
      let descriptor = catalog_openat2(folder, path, UInt64(flags), resolve)
      if descriptor >= 0 { return descriptor }
      switch -descriptor {
      case EINTR, EAGAIN: continue
      case ENOSYS, EPERM: return try openByComponent(path, in: folder, flags: flags)
      default: throw SystemError(-descriptor)
      }
    }
  }

  private func openByComponent(
    _ path: UnsafePointer<CChar>, in folder: Int32, flags: Int32
  ) throws(SystemError) -> Int32 {
    var current = folder
    var start = path
    while let slash = strchr(start, Int32(UInt8(ascii: "/"))) {
      let component = [CChar](UnsafeBufferPointer(start: start, count: slash - UnsafeMutablePointer(mutating: start)))
      let next = openat(current, component + [0], passThrough)
      let number = errno
      if current != folder { close(current) }
      guard next >= 0 else { throw SystemError(number) }
      current = next
      start = UnsafePointer(slash + 1)
    }
    let descriptor = openat(current, start, flags)
    let number = errno
    if current != folder { close(current) }
    guard descriptor >= 0 else { throw SystemError(number) }
    return descriptor
  }
}

/// To pass through a folder without the right to list it.
private let passThrough = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | Int32(catalog_o_path)
