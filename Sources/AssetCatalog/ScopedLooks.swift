internal import ManifestModel
internal import StoredTree
internal import Synchronization

/// Which names of a tree in a bucket were looked at alone since all of them were, so that nothing is asked of the store
/// twice within the lag that the options allow, and many small looks give way to a whole one before they cost more.
final class ScopedLooks: Sendable {
  private struct State {
    var times: [NameScope: Timestamp] = [:]
    var spentPages = 0
  }

  private let state = Mutex(State())

  /// About how many pages were listed for them.
  var spentPages: Int { state.withLock { $0.spentPages } }

  /// When all names of a scope were looked at last; `nil` if not since then.
  ///
  /// - Parameter earliest: microseconds since the epoch.
  func time(of scope: NameScope, since earliest: Int64) -> Timestamp? {
    state.withLock { state in
      // The scope itself is the usual one; there are never many, since whole looks come between.
      if let time = state.times[scope], time.microseconds >= earliest { return time }
      return state.times.filter { $0.key.covers(scope) && $0.value.microseconds >= earliest }.values.max()
    }
  }

  func note(_ scope: NameScope, at time: Timestamp, pages: Int) {
    state.withLock { state in
      state.times[scope] = time
      state.spentPages += pages
    }
  }

  /// Begins again, since all names were looked at.
  func forget() { state.withLock { $0 = State() } }
}
