import LinuxSystem
import LocalTree
import ManifestStore

/// The real system calls, with a clock ten seconds ahead: every stamp is old enough to be trusted, and no file so fresh
/// that a writer may be at it. A test must then keep changes apart with `ScratchTree.awaitTick()`.
struct SettledFileSystem: FileSystem {
  private let real = LinuxFileSystem()

  func clock(near path: String, device: UInt64) -> FileSystemClock {
    var clock = real.clock(near: path, device: device)
    clock.nanoseconds += 10_000_000_000
    return clock
  }

  func openFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try real.openFolder(path, in: folder)
  }
  func openFile(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try real.openFile(path, in: folder)
  }
  func status(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> FileStatus {
    try real.status(path, in: folder)
  }
  func status(of descriptor: Int32) throws(SystemError) -> FileStatus { try real.status(of: descriptor) }
  func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try real.read(descriptor, into: buffer)
  }
  func list(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try real.list(descriptor, into: buffer)
  }
  func close(_ descriptor: Int32) { real.close(descriptor) }
  func sleep(microseconds: UInt32) { real.sleep(microseconds: microseconds) }
}
