import Glibc
import LinuxSystem
import LocalTree
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
    var operations: [Operation] = []
    /// The paths below the root that open descriptors lead to; the root itself was opened elsewhere.
    var open: [Int32: String] = [:]
    /// Descriptors of which a call to put them on the disk has failed.
    var failedSyncs: Set<Int32> = []
    var retriedSyncs = 0
  }

  private let real = LinuxFileSystem()
  private let failing: Int
  private let isForever: Bool
  private let fault: Fault
  private let state = Mutex(State())

  /// Whether the file system has a call that puts all of it on the disk.
  private let synchronizesAll: Bool
  /// Called with the path of a folder before it is made.
  private let beforeMakingFolder: @Sendable (String) -> Void
  /// Called after something was changed in the tree.
  private let afterwards: @Sendable (Operation) -> Void
  /// Called instead of waiting, with the microseconds.
  private let onSleep: @Sendable (UInt32) -> Void

  init(
    failing: Int = .max, forever: Bool = false, with fault: Fault = .error(EIO), synchronizesAll: Bool = true,
    beforeMakingFolder: @escaping @Sendable (String) -> Void = { _ in },
    afterwards: @escaping @Sendable (Operation) -> Void = { _ in },
    onSleep: @escaping @Sendable (UInt32) -> Void = { _ in }
  ) {
    self.failing = failing
    self.synchronizesAll = synchronizesAll
    self.beforeMakingFolder = beforeMakingFolder
    self.afterwards = afterwards
    self.onSleep = onSleep
    isForever = forever
    self.fault = fault
  }

  var calls: Int { state.withLock { $0.calls } }
  var log: [String] { state.withLock { $0.log } }
  /// What was changed in the tree, and put on the disk.
  var operations: [Operation] { state.withLock { $0.operations } }
  var openDescriptors: Int { state.withLock { $0.open.count } }
  var retriedSyncs: Int { state.withLock { $0.retriedSyncs } }
  /// Whether the fault came to pass.
  var hasFailed: Bool { calls >= failing }

  /// What a call may fail with.
  static let errors = [
    EIO, ENOSPC, EDQUOT, EACCES, EMFILE, EINTR, ENOMEM, ENOLCK, EAGAIN, ESTALE, ENOSYS, ENOTDIR, ENOENT,
  ]

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

  private func opened(_ descriptor: Int32, _ path: UnsafePointer<CChar>, in folder: Int32) -> Int32 {
    let path = self.path(path, in: folder)
    state.withLock { $0.open[descriptor] = path }
    return descriptor
  }

  private func note(_ operation: Operation) {
    state.withLock { $0.operations.append(operation) }
    afterwards(operation)
  }

  /// The path below the root.
  private func path(_ path: UnsafePointer<CChar>? = nil, in folder: Int32) -> String {
    let base = state.withLock { $0.open[folder] ?? "" }
    guard let path else { return base }
    return base.isEmpty ? Self.text(path) : "\(base)/\(Self.text(path))"
  }

  private static func text(_ path: UnsafePointer<CChar>) -> String { String(cString: path) }

  var user: UInt32 { real.user }

  func openFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try enter("openFolder \(Self.text(path))")
    return opened(try real.openFolder(path, in: folder), path, in: folder)
  }

  func openFile(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try enter("openFile \(Self.text(path))")
    return opened(try real.openFile(path, in: folder), path, in: folder)
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
      state.open[descriptor] = nil
      state.failedSyncs.remove(descriptor)
    }
    real.close(descriptor)
  }

  func clock(near path: String, device: UInt64) -> FileSystemClock { real.clock(near: path, device: device) }

  func sleep(microseconds: UInt32) { onSleep(microseconds) }

  func makeFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Bool {
    try enter("makeFolder \(Self.text(path))")
    beforeMakingFolder(Self.text(path))
    let isMade = try real.makeFolder(path, in: folder)
    if isMade { note(.makeFolder(self.path(path, in: folder))) }
    return isMade
  }

  func createFile(_ path: UnsafePointer<CChar>, in folder: Int32, isPrivate: Bool) throws(SystemError) -> Int32 {
    try enter("createFile")
    let descriptor = opened(try real.createFile(path, in: folder, isPrivate: isPrivate), path, in: folder)
    note(.create(self.path(path, in: folder)))
    return descriptor
  }

  func adoptRights(of path: UnsafePointer<CChar>, in folder: Int32, for descriptor: Int32) throws(SystemError) -> Bool {
    try enter("adoptRights")
    return try real.adoptRights(of: path, in: folder, for: descriptor)
  }

  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    guard try isDue("write") else {
      let count = try real.write(descriptor, bytes)
      note(.write(path(in: descriptor), [UInt8](bytes.prefix(count))))
      return count
    }
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
      try enter("synchronize \(path(in: descriptor))")
      note(.synchronize(path(in: descriptor)))
    } catch {
      state.withLock { _ = $0.failedSyncs.insert(descriptor) }
      throw error
    }
    // The real call would only take time: what a power failure leaves cannot be seen here.
  }

  func startWriting(_ descriptor: Int32) {}

  func canSynchronizeFileSystem(of descriptor: Int32) -> Bool { synchronizesAll }

  func synchronizeFileSystem(of descriptor: Int32) throws(SystemError) {
    try enter("synchronizeFileSystem")
    note(.synchronizeAll)
  }

  func rename(
    _ path: UnsafePointer<CChar>, in folder: Int32, to newPath: UnsafePointer<CChar>, in newFolder: Int32
  ) throws(SystemError) {
    try enter("rename \(Self.text(newPath))")
    try real.rename(path, in: folder, to: newPath, in: newFolder)
    note(.rename(self.path(path, in: folder), to: self.path(newPath, in: newFolder)))
  }

  func remove(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) {
    try enter("remove")
    try real.remove(path, in: folder)
    note(.remove(self.path(path, in: folder)))
  }

  func removeFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) {
    try enter("removeFolder")
    try real.removeFolder(path, in: folder)
    note(.remove(self.path(path, in: folder)))
  }

  func tryLock(_ descriptor: Int32) throws(SystemError) -> Bool {
    try enter("tryLock")
    return try real.tryLock(descriptor)
  }
}
