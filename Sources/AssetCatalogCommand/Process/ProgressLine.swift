import AssetCatalog
import Glibc
import Synchronization

/// The text of a progress line: how many, how fast, how long to go.
enum ProgressText {
  /// The line, no wider than the terminal allows.
  static func line(_ progress: CatalogProgress, elapsed: Duration, width: Int) -> String {
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    var parts = [HumanText.count(progress.completed)]
    let rate = seconds > 0 ? Double(progress.completed) / seconds : 0
    if let total = progress.total, total > 0 {
      let share = min(1, Double(progress.completed) / Double(total))
      parts[0] += " of \(HumanText.count(max(total, progress.completed))) names (\(Int(share * 100)) %)"
      parts.append("\(HumanText.count(Int(rate)))/s")
      let left = Double(max(0, total - progress.completed))
      if rate > 0 {
        parts.append("\(HumanText.span(microseconds: Int64((left / rate).rounded(.up)) * 1_000_000)) left")
      }
    } else {
      parts[0] += " names"
      parts.append("\(HumanText.count(Int(rate)))/s")
    }
    return DisplayWidth.shortened(parts.joined(separator: "  "), to: max(0, width - 1))
  }
}

/// One line on a terminal that is rewritten in place, at most ten times a second, and gone at the end.
///
/// Nothing is shown for work that is done within a third of a second.
final class ProgressLine: Sendable {
  private struct State {
    var begin: ContinuousClock.Instant?
    var nextDrawing: ContinuousClock.Instant?
    var isShown = false
  }

  private let state = Mutex(State())
  private let width: Int

  /// A line on standard error; `nil` where that is no terminal, or one that cannot rewrite a line.
  init?(environment: Environment) {
    guard let width = StandardStreams.terminalWidth(of: STDERR_FILENO), environment["TERM"] != "dumb" else {
      return nil
    }
    self.width = width
  }

  /// Shows how far the work is, unless that was shown just now.
  func update(_ progress: CatalogProgress) {
    state.withLock { state in
      let now = ContinuousClock.now
      let begin = state.begin ?? now
      state.begin = begin
      guard now >= state.nextDrawing ?? begin + .milliseconds(333) else { return }
      state.nextDrawing = now + .milliseconds(100)
      if !state.isShown { LastActs.eraseLine() }
      state.isShown = true
      put("\r\u{1B}[K" + ProgressText.line(progress, elapsed: now - begin, width: width))
    }
  }

  /// Takes the line away.
  func clear() {
    state.withLock { state in
      if state.isShown { put("\r\u{1B}[K") }
      state = State()
    }
  }

  private func put(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
