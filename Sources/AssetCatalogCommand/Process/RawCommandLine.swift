import Glibc

/// The words of the command line byte for byte: `CommandLine.arguments` has U+FFFD for what is not UTF-8.
enum RawCommandLine {
  /// Options whose values are words for people. An error must be recorded, whatever its program wrote.
  private static let freeTexts: Set<String> = ["--error", "--error-type", "--traceback", "--parameters"]

  /// The words after the name of the program.
  static let words: [[UInt8]] = (1..<max(1, Int(CommandLine.argc))).compactMap { index in
    CommandLine.unsafeArgv[index].map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
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
