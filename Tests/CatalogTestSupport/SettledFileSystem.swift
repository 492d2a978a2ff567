package import LinuxSystem
package import LocalTree

/// The real system calls, with a clock ten seconds ahead: every stamp is old enough to be trusted, and no file so fresh
/// that a writer may be at it. A test must then keep changes apart with `ScratchTree.awaitTick()`.
package struct SettledFileSystem: FileSystem {
  private let real = LinuxFileSystem()

  package init() {}

  package func clock(near path: String, device: UInt64) -> FileSystemClock {
    var clock = real.clock(near: path, device: device)
    clock.nanoseconds += 10_000_000_000
    return clock
  }

  package func openFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try real.openFolder(path, in: folder)
  }
  package func openFile(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try real.openFile(path, in: folder)
  }
  package func status(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> FileStatus {
    try real.status(path, in: folder)
  }
  package func status(of descriptor: Int32) throws(SystemError) -> FileStatus { try real.status(of: descriptor) }
  package func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try real.read(descriptor, into: buffer)
  }
  package func list(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try real.list(descriptor, into: buffer)
  }
  package func close(_ descriptor: Int32) { real.close(descriptor) }
  package func sleep(microseconds: UInt32) { real.sleep(microseconds: microseconds) }
}
