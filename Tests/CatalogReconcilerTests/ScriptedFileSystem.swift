import LinuxSystem
import LocalTree
import ManifestModel
import ManifestStore
import Synchronization

/// The real system calls, counted, with a clock of the test's choice and failures where the test wants them.
final class ScriptedFileSystem: FileSystem {
  /// The kinds of call that are counted.
  enum Call: String, CaseIterable, Sendable {
    case openFolder, openFile, status, read, list
  }

  /// One call: what was called, on what path; `nil` for calls on a descriptor.
  struct Event: Sendable {
    var call: Call
    var path: String?
  }

  private struct State {
    var events: [Event] = []
    var secondsAhead: Int64 = 10
    var fail: (@Sendable (_ number: Int, Event) -> Int32?)?
    var before: (@Sendable (Event) -> Void)?
    var slept: UInt32 = 0
  }

  private let real = LinuxFileSystem()
  private let state = Mutex(State())

  /// How far the clock is ahead of the real one; ten seconds make every stamp trustworthy.
  var secondsAhead: Int64 {
    get { state.withLock { $0.secondsAhead } }
    set { state.withLock { $0.secondsAhead = newValue } }
  }

  /// Gives the error number that the n-th call since ``reset()`` fails with, if it is to fail.
  func fail(_ rule: (@Sendable (_ number: Int, Event) -> Int32?)?) { state.withLock { $0.fail = rule } }
  /// Is called before each call is made.
  func before(_ hook: (@Sendable (Event) -> Void)?) { state.withLock { $0.before = hook } }
  func reset() { state.withLock { $0.events = [] } }
  var events: [Event] { state.withLock { $0.events } }
  func count(_ call: Call) -> Int { events.count { $0.call == call } }
  /// Microseconds that somebody waited for writers.
  var slept: UInt32 { state.withLock { $0.slept } }

  private func note(_ call: Call, _ path: UnsafePointer<CChar>?) throws(SystemError) {
    let event = Event(call: call, path: path.map { String(cString: $0) })
    let (hook, number) = state.withLock { state in
      state.events.append(event)
      return (state.before, state.fail?(state.events.count, event))
    }
    hook?(event)
    if let number { throw SystemError(number) }
  }

  func openFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try note(.openFolder, path)
    return try real.openFolder(path, in: folder)
  }
  func openFile(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32 {
    try note(.openFile, path)
    return try real.openFile(path, in: folder)
  }
  func status(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> FileStatus {
    try note(.status, path)
    return try real.status(path, in: folder)
  }
  func status(of descriptor: Int32) throws(SystemError) -> FileStatus {
    try note(.status, nil)
    return try real.status(of: descriptor)
  }
  func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try note(.read, nil)
    return try real.read(descriptor, into: buffer)
  }
  func list(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try note(.list, nil)
    return try real.list(descriptor, into: buffer)
  }
  func close(_ descriptor: Int32) { real.close(descriptor) }
  func clock(near path: String, device: UInt64) -> FileSystemClock {
    var clock = real.clock(near: path, device: device)
    clock.nanoseconds += secondsAhead * 1_000_000_000
    return clock
  }
  func sleep(microseconds: UInt32) { state.withLock { $0.slept += microseconds } }
}
