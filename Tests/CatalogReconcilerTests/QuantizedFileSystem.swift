import CatalogTestSupport
import LinuxSystem
import LocalTree
import ManifestModel
import ManifestStore
import StoredTree
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The real files, with stamps of a clock that the test sets and that ticks as coarsely as it likes.
///
/// Who changes a file says so with `touch`; what was never touched is ancient.
final class QuantizedFileSystem: FileSystem {
  private struct State {
    var now: Int64
    /// By inode.
    var stamps: [UInt64: Int64] = [:]
    var before: (@Sendable () -> Void)?
  }

  private let real = LinuxFileSystem()
  private let quantum: Int64
  private let isRacyRuleOff: Bool
  private let state: Mutex<State>

  /// - Parameters:
  ///   - now: nanoseconds since the epoch.
  ///   - quantum: how far apart two stamps are at least, in nanoseconds.
  ///   - isRacyRuleOff: whether every stamp counts as old enough to be trusted.
  init(now: Int64, quantum: Int64, isRacyRuleOff: Bool) {
    self.quantum = quantum
    self.isRacyRuleOff = isRacyRuleOff
    state = Mutex(State(now: now))
  }

  /// Sets the clock forward or back.
  func step(_ nanoseconds: Int64) { state.withLock { $0.now += nanoseconds } }
  /// Is called before each call but those that close.
  func before(_ hook: (@Sendable () -> Void)?) { state.withLock { $0.before = hook } }

  /// A file or folder was changed: it bears the present time.
  func touch(_ path: TreePath, in tree: borrowing ScratchTree) {
    guard let inode = tree.status(path)?.st_ino else { return }
    state.withLock { $0.stamps[UInt64(inode)] = $0.now / quantum * quantum }
  }

  private func enter() { state.withLock { $0.before }?() }

  private func stamped(_ status: FileStatus) -> FileStatus {
    var status = status
    let stamp = state.withLock { $0.stamps[status.revision.inode] } ?? 0
    status.modifiedNanoseconds = stamp
    status.changedNanoseconds = stamp
    return status
  }

  func clock(near path: String, device: UInt64) -> FileSystemClock {
    guard !isRacyRuleOff else { return FileSystemClock(nanoseconds: .max, slackNanoseconds: 0) }
    // As the real one: the time that a new file gets, and 2 seconds.
    return FileSystemClock(nanoseconds: state.withLock { $0.now } / quantum * quantum, slackNanoseconds: 2_000_000_000)
  }

  func status(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> FileStatus {
    enter()
    return stamped(try real.status(path, in: folder))
  }
  func status(of descriptor: Int32) throws(SystemError) -> FileStatus {
    enter()
    return stamped(try real.status(of: descriptor))
  }
  func openFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    enter()
    return try real.openFolder(path, in: folder)
  }
  func openFile(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    enter()
    return try real.openFile(path, in: folder)
  }
  func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    enter()
    return try real.read(descriptor, into: buffer)
  }
  func list(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    enter()
    return try real.list(descriptor, into: buffer)
  }
  func close(_ descriptor: Int32) { real.close(descriptor) }
  func sleep(microseconds: UInt32) {}
}
