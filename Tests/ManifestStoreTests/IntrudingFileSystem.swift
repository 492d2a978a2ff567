import LinuxSystem
import LocalTree
import ManifestStore
import Synchronization

/// The real system calls; before a manifest is looked at for the last time before its rename, another program is at
/// work.
final class IntrudingFileSystem: WritableFileSystem {
  private let real = LinuxFileSystem()
  private let times: Int
  private let intrude: @Sendable (Int) -> Void
  private let state = Mutex((created: 0, intrusions: 0))

  /// - Parameter intrude: called with the number of the intrusion, at most so many times.
  init(times: Int, _ intrude: @escaping @Sendable (Int) -> Void) {
    self.times = times
    self.intrude = intrude
  }

  func createFile(_ path: UnsafePointer<CChar>, in folder: Int32, isPrivate: Bool) throws(SystemError) -> Int32 {
    let descriptor = try real.createFile(path, in: folder, isPrivate: isPrivate)
    let number = state.withLock { state -> Int? in
      state.created += 1
      // The first draft is that of the run; each later one is that of the manifest.
      guard state.created > 1, state.intrusions < times else { return nil }
      state.intrusions += 1
      return state.intrusions
    }
    if let number { intrude(number) }
    return descriptor
  }

  var user: UInt32 { real.user }
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
  func clock(near path: String, device: UInt64) -> FileSystemClock { real.clock(near: path, device: device) }
  func sleep(microseconds: UInt32) {}
  func makeFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Bool {
    try real.makeFolder(path, in: folder)
  }
  func adoptRights(of path: UnsafePointer<CChar>, in folder: Int32, for descriptor: Int32) throws(SystemError) -> Bool {
    try real.adoptRights(of: path, in: folder, for: descriptor)
  }
  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    try real.write(descriptor, bytes)
  }
  func synchronize(_ descriptor: Int32) throws(SystemError) { try real.synchronize(descriptor) }
  func startWriting(_ descriptor: Int32) {}
  func canSynchronizeFileSystem(of descriptor: Int32) -> Bool { true }
  func synchronizeFileSystem(of descriptor: Int32) throws(SystemError) {}
  func rename(
    _ path: UnsafePointer<CChar>, in folder: Int32, to newPath: UnsafePointer<CChar>, in newFolder: Int32
  ) throws(SystemError) {
    try real.rename(path, in: folder, to: newPath, in: newFolder)
  }
  func remove(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) {
    try real.remove(path, in: folder)
  }
  func removeFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) {
    try real.removeFolder(path, in: folder)
  }
  func tryLock(_ descriptor: Int32) throws(SystemError) -> Bool { try real.tryLock(descriptor) }
}
