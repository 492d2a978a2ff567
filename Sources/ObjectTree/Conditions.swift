internal import Synchronization

/// Whether a store honours the conditions under which it is to write, as far as that was found out.
final class Conditions: Sendable {
  private enum Answer {
    case unknown, asking, honoured, ignored
  }

  private let answer = Mutex(Answer.unknown)

  var areIgnored: Bool { answer.withLock { $0 == .ignored } }

  /// Begins to find out.
  ///
  /// - Returns: whether nobody else has.
  func begin() -> Bool {
    answer.withLock { answer in
      guard answer == .unknown else { return false }
      answer = .asking
      return true
    }
  }

  /// Ends it.
  ///
  /// - Parameter areHonoured: `nil` if there was no answer.
  /// - Returns: whether this is news.
  @discardableResult
  func settle(areHonoured: Bool?) -> Bool {
    answer.withLock { answer in
      let isNews = areHonoured == false ? answer != .ignored : answer == .unknown || answer == .asking
      guard isNews else { return false }
      answer = areHonoured.map { $0 ? .honoured : .ignored } ?? .unknown
      return true
    }
  }
}
