import Glibc
import LinuxSystem
import ManifestModel

extension RunError {
  /// What the end of a command that did not succeed says.
  ///
  /// - Parameter limit: how long it was allowed to take, as the caller wrote it.
  init(_ outcome: ChildProcess.Outcome, of command: String, limit: String?) {
    let tail = TextTail.text(outcome.errors).withoutTerminalSequences
    let lastLine = tail.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
    let words = lastLine.map { ": \($0.prefix(500))" } ?? ""
    let traceback = tail.isEmpty ? nil : tail
    switch (outcome.request, outcome.end) {
    case (_, .notStarted(let number)):
      self.init(type: "NotStarted", message: "\(command): \(SystemError(number).text)")
    case (.signal(let number), let end):
      let how = end == .signalled(number) ? "" : ", \(end.clause)"
      self.init(type: "Cancelled", message: "\(SignalName.name(of: number))\(how)\(words)", traceback: traceback)
    case (.timeout(let isKilled), _):
      let how = isKilled ? ", killed" : ""
      self.init(type: "Timeout", message: "no end after \(limit ?? "its time")\(how)\(words)", traceback: traceback)
    case (nil, .exited(let status)):
      self.init(type: "ExitStatus", message: "\(status)\(words)", traceback: traceback)
    case (nil, .signalled(let number)):
      self.init(type: "Signal", message: "\(SignalName.name(of: number))\(words)", traceback: traceback)
    }
  }

  /// What it says that artifacts are missing or were not written.
  init(_ faults: [ArtifactWatch.Fault]) {
    self.init(type: "MissingArtifact", message: faults.map(\.clause).joined(separator: ", "))
  }
}

extension ChildEnd {
  /// How the command ended, in a clause.
  fileprivate var clause: String {
    switch self {
    case .exited(let status): "exit status \(status)"
    case .signalled(let number): "ended by \(SignalName.name(of: number))"
    case .notStarted(let number): SystemError(number).text
    }
  }
}
