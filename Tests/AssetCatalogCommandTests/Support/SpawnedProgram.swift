import Foundation
import Glibc
import Testing

@testable import AssetCatalogCommand

/// A program with a place among the processes and terminals that `Foundation.Process` cannot give.
final class SpawnedProgram {
  /// To whom it belongs.
  enum Place {
    /// A process group of its own in the session of the tests.
    case group
    /// A session of its own, which it leads, with a terminal of its own for all three streams.
    case terminal
  }

  let process: pid_t
  /// The other end of its output: of the terminal, or of a pipe.
  private var end: Int32
  private(set) var output: [UInt8] = []
  private var status: Int32?

  init(_ place: Place, _ words: [String], environment: [String: String]) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The threads of a pool block most signals, and what they start inherits that.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    var toClose: Int32 = -1
    switch place {
    case .group:
      flags |= POSIX_SPAWN_SETPGROUP
      var ends: [Int32] = [-1, -1]
      try #require(pipe(&ends) == 0)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      (end, toClose) = (ends[0], ends[1])
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_adddup2(&actions, toClose, STDOUT_FILENO)
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    case .terminal:
      // POSIX_SPAWN_SETSID, which glibc's Swift module does not show, nor its functions for terminals.
      flags |= 0x80
      end = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
      var (number, locked): (UInt32, Int32) = (0, 0)
      // TIOCGPTN and TIOCSPTLCK (asm-generic/ioctls.h).
      try #require(end >= 0 && ioctl(end, 0x8004_5430, &number) == 0 && ioctl(end, 0x4004_5431, &locked) == 0)
      let name = "/dev/pts/\(number)"
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, name, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO)
      posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO)
    }
    defer { if toClose >= 0 { close(toClose) } }
    posix_spawnattr_setflags(&attributes, Int16(flags))
    let arguments = words.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var process: pid_t = 0
    try #require(posix_spawn(&process, words[0], &actions, &attributes, arguments, variables) == 0)
    self.process = process
  }

  deinit {
    if status == nil {
      kill(-process, SIGKILL)
      waitpid(process, nil, 0)
    }
    if end >= 0 { close(end) }
  }

  /// Writes to the terminal what somebody types.
  func type(_ text: String) {
    _ = Array(text.utf8).withUnsafeBytes { write(end, $0.baseAddress, $0.count) }
  }

  /// Waits until the output has a text so many times.
  func expect(_ text: String, times: Int = 1) throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while String(decoding: output, as: UTF8.self).components(separatedBy: text).count <= times {
      var waiting = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
      var chunk = [UInt8](repeating: 0, count: 4096)
      let count = poll(&waiting, 1, 100) > 0 ? read(end, &chunk, chunk.count) : 0
      if count > 0 { output += chunk[..<count] }
      if count < 0 || ContinuousClock.now > deadline {
        Issue.record("'\(text)' is missing in '\(String(decoding: output, as: UTF8.self))'")
        throw CancellationError()
      }
    }
  }

  /// Takes the terminal away.
  func hangUp() {
    close(end)
    end = -1
  }

  /// How it ended.
  func wait() throws -> ChildEnd {
    let deadline = ContinuousClock.now + .seconds(30)
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 {
      if ContinuousClock.now > deadline {
        Issue.record("it does not end")
        throw CancellationError()
      }
      usleep(5_000)
    }
    self.status = status
    return ChildEnd(waitStatus: status)
  }

  /// Waits until the system says of a process that it is in one of these states, as `T` for stopped.
  static func expect(_ process: pid_t, in states: Set<Character>) throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
      let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
      if let end = text.lastIndex(of: ")"), let state = text[end...].dropFirst(2).first, states.contains(state) {
        return
      }
      usleep(5_000)
    }
    Issue.record("the process is never in one of the states \(states)")
    throw CancellationError()
  }
}
