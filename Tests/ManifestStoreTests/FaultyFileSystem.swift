import Glibc
import ManifestModel
import ManifestStore
import Synchronization

/// The real system calls, one of which fails: the n-th, or every one from the n-th on.
final class FaultyFileSystem: WritableFileSystem {
  enum Fault: CustomStringConvertible, Hashable {
    case error(Int32)
    /// A write that takes one byte only; other calls succeed.
    case shortWrite
    /// A write that a signal interrupts; other calls succeed.
    case interruptedWrite

    var description: String {
      switch self {
      case .error(let number): String(cString: strerror(number))
      case .shortWrite: "short write"
      case .interruptedWrite: "interrupted write"
      }
    }
  }

  private struct State {
    var calls = 0
    var log: [String] = []
    var open: Set<Int32> = []
    /// Descriptors of which a call to put them on the disk has failed.
    var failedSyncs: Set<Int32> = []
    var retriedSyncs = 0
  }

  private let real = LinuxFileSystem()
  private let failing: Int
  private let isForever: Bool
  private let fault: Fault
  private let state = Mutex(State())

  init(failing: Int, forever: Bool = false, with fault: Fault = .error(EIO)) {
    self.failing = failing
    isForever = forever
    self.fault = fault
  }

  var calls: Int { state.withLock { $0.calls } }
  var log: [String] { state.withLock { $0.log } }
  var openDescriptors: Int { state.withLock { $0.open.count } }
  var retriedSyncs: Int { state.withLock { $0.retriedSyncs } }
  /// Whether the fault came to pass.
  var hasFailed: Bool { calls >= failing }

  private func enter(_ name: String) throws(SystemError) {
    if try isDue(name), case .error(let number) = fault { throw SystemError(number) }
  }

  private func isDue(_ name: String) throws(SystemError) -> Bool {
    state.withLock { state in
      state.calls += 1
      state.log.append(name)
      return isForever ? state.calls >= failing : state.calls == failing
    }
  }

  private func opened(_ descriptor: Int32) -> Int32 {
    state.withLock { _ = $0.open.insert(descriptor) }
    return descriptor
  }

  private static func text(_ path: UnsafePointer<CChar>) -> String { String(cString: path) }

  var user: UInt32 { real.user }

  func openFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try enter("openFolder \(Self.text(path))")
    return opened(try real.openFolder(path, in: folder))
  }

  func openFile(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try enter("openFile \(Self.text(path))")
    return opened(try real.openFile(path, in: folder))
  }

  func status(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> FileStatus {
    try enter("status \(Self.text(path))")
    return try real.status(path, in: folder)
  }

  func status(of descriptor: Int32) throws(SystemError) -> FileStatus {
    try enter("status of descriptor")
    return try real.status(of: descriptor)
  }

  func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try enter("read")
    return try real.read(descriptor, into: buffer)
  }

  func list(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try enter("list")
    return try real.list(descriptor, into: buffer)
  }

  func close(_ descriptor: Int32) {
    state.withLock { state in
      state.open.remove(descriptor)
      state.failedSyncs.remove(descriptor)
    }
    real.close(descriptor)
  }

  func clock(near path: String, device: UInt64) -> FileSystemClock { real.clock(near: path, device: device) }

  func sleep(microseconds: UInt32) {}

  func makeFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Bool {
    try enter("makeFolder \(Self.text(path))")
    return try real.makeFolder(path, in: folder)
  }

  func createFile(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try enter("createFile")
    return opened(try real.createFile(path, in: folder))
  }

  func adoptRights(of path: UnsafePointer<CChar>, in folder: Int32, for descriptor: Int32) {
    real.adoptRights(of: path, in: folder, for: descriptor)
  }

  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    guard try isDue("write") else { return try real.write(descriptor, bytes) }
    switch fault {
    case .error(let number): throw SystemError(number)
    case .interruptedWrite where !isForever: throw SystemError(EINTR)
    case .shortWrite, .interruptedWrite:
      return try real.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(1)))
    }
  }

  func synchronize(_ descriptor: Int32) throws(SystemError) {
    state.withLock { if $0.failedSyncs.contains(descriptor) { $0.retriedSyncs += 1 } }
    do throws(SystemError) {
      try enter("synchronize")
    } catch {
      state.withLock { _ = $0.failedSyncs.insert(descriptor) }
      throw error
    }
    // The real call would only take time: what a power failure leaves cannot be seen here.
  }

  func synchronizeFileSystem(of descriptor: Int32) throws(SystemError) {
    try enter("synchronizeFileSystem")
  }

  func rename(
    _ path: UnsafePointer<CChar>, in folder: Int32, to newPath: UnsafePointer<CChar>, in newFolder: Int32
  ) throws(SystemError) {
    try enter("rename \(Self.text(newPath))")
    try real.rename(path, in: folder, to: newPath, in: newFolder)
  }

  func remove(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) {
    try enter("remove")
    try real.remove(path, in: folder)
  }

  func removeFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) {
    try enter("removeFolder")
    try real.removeFolder(path, in: folder)
  }

  func tryLock(_ descriptor: Int32) throws(SystemError) -> Bool {
    try enter("tryLock")
    return try real.tryLock(descriptor)
  }
}
