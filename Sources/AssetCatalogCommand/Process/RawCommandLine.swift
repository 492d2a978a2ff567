import LinuxSystem

/// The words of the command line byte for byte: what is made text of has U+FFFD for what is not UTF-8.
enum RawCommandLine {
  /// Options whose values are words for people. An error must be recorded, whatever its program wrote.
  private static let freeTexts: Set<String> = ["--error", "--error-type", "--traceback", "--parameters"]

  /// The words after the name of the program.
  ///
  /// - Throws: if they cannot be found. That none were given would be another command line.
  static func words() throws(CommandFailure) -> [[UInt8]] {
    guard let all = StartArguments.all else {
      throw CommandFailure(
        .internalError,
        "the arguments of this program cannot be found, so nothing was done; start it without LD_PRELOAD")
    }
    return Array(all.dropFirst())
  }

  /// The words after the first `--`, which are the command that `exec` runs, if there are as many as the parser found.
  static func command(in words: [[UInt8]], count: Int) -> [[UInt8]]? {
    guard let end = words.firstIndex(of: Array("--".utf8)), words.count - end - 1 == count else { return nil }
    return Array(words[(end + 1)...])
  }

  /// Refuses names, ids and paths that are not UTF-8: repaired, they would be others.
  static func requireUTF8(in words: [[UInt8]]) throws(CommandFailure) {
    var former = ""
    for word in words {
      let text = String(decoding: word, as: UTF8.self)
      if text == "--" { return }
      defer { former = text }
      if String(validating: word, as: UTF8.self) != nil { continue }
      let pieces = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let (option, value) = text.hasPrefix("--") && pieces.count == 2 ? (pieces[0], pieces[1]) : (former, text)
      if freeTexts.contains(option) { continue }
      let what = option.hasPrefix("--") ? "the value of \(option), \(quoted(value))," : "the argument \(quoted(value))"
      throw CommandFailure(.usage, "\(what) is not UTF-8; names, ids and paths must be, so give another")
    }
  }
}
