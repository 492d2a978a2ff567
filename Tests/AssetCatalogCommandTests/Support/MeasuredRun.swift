import Foundation
import Glibc
import Testing

/// A program that ran to its end, and what it took.
struct MeasuredRun {
  let status: Int32
  let output: String
  let errors: String
  /// The most memory that it had at a time, in MiB.
  let peakMemory: Int

  /// Runs the program of this package on a tree.
  init(_ arguments: [String], root: String, folder: String, environment: [String: String]) throws {
    let (outputPath, errorPath) = (folder + "/measured-output", folder + "/measured-errors")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath, flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errorPath, flags, 0o600)
    let program = try CommandScratch.program()
    let words = ([program] + arguments + ["--root", root]).map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var process: pid_t = 0
    try #require(posix_spawn(&process, program, &actions, nil, words, variables) == 0)
    var status: Int32 = 0
    var peak = 0
    // The system keeps the peak for as long as the program runs. What wait4(2) tells afterwards is no use here: it
    // counts the memory of the tests as well, which the program shared before it was one of its own.
    while waitpid(process, &status, WNOHANG) == 0 {
      if let seen = Self.peak(of: process, running: program) { peak = max(peak, seen) }
      usleep(1_000)
    }
    self.status = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    peakMemory = peak >> 10
    output = try String(contentsOfFile: outputPath, encoding: .utf8)
    errors = try String(contentsOfFile: errorPath, encoding: .utf8)
  }

  /// The most memory that a process has had, in KiB; `nil` where it is not the program yet, or not any more.
  private static func peak(of process: pid_t, running program: String) -> Int? {
    var path = [CChar](repeating: 0, count: 4096)
    guard readlink("/proc/\(process)/exe", &path, path.count - 1) > 0, strcmp(path, program) == 0,
      let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
    else { return nil }
    return Int(line.filter(\.isNumber))
  }
}
