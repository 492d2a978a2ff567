import AssetCatalog
import Glibc
import Synchronization

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
