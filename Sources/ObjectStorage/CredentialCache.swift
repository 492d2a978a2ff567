internal import Glibc
internal import Synchronization

/// The credentials of a client, shared by its threads and replaced before they end.
final class CredentialCache: Sendable {
  /// Where they come from, asked no longer than until somebody has waited long enough.
  typealias Source = @Sendable (RequestDeadline) throws(ObjectError) -> Credentials

  /// How long before their end new ones are fetched, in seconds.
  private static let lead: Int64 = 300
  /// After new ones could not be had while the old ones hold: how long to leave it, in seconds.
  private static let pause: Int64 = 30
  /// What is left of credentials must last for a request, in seconds.
  private static let least: Int64 = 15

  private struct State {
    var credentials: Credentials?
    /// When it is time for new ones; `nil` for never.
    var renewal: Int64?
  }

  private let environment: StorageEnvironment
  private let source: Source
  private let state = Mutex(State())
  /// Held by the one thread that fetches.
  private let gate = Mutex(())

  init(_ environment: StorageEnvironment, source: @escaping Source) {
    self.environment = environment
    self.source = source
  }

  /// Credentials that hold. One thread fetches; the others go on with the old ones as long as these hold, else they
  /// wait.
  ///
  /// - Throws: also where the time is up before there are any.
  func current(until deadline: RequestDeadline = .none) throws(ObjectError) -> Credentials {
    if let good = known(mayRenew: true) { return good }
    if let old = known(mayRenew: false) {
      let fetched = gate.withLockIfAvailable { _ -> Credentials in
        if let good = known(mayRenew: true) { return good }
        // The request that it is for needs some of its time.
        do throws(ObjectError) { return try fetch(until: deadline.half) } catch {
          state.withLock { $0.renewal = environment.seconds + Self.pause }
          return old
        }
      }
      return fetched ?? old
    }
    func fetchInTurn() throws(ObjectError) -> Credentials {
      if let good = known(mayRenew: true) { return good }
      return try fetch(until: deadline)
    }
    guard deadline != .none else {
      return try gate.withLock { _ throws(ObjectError) in try fetchInTurn() }
    }
    // The one that fetches may have more time than this one.
    while true {
      if let fetched = try gate.withLockIfAvailable({ _ throws(ObjectError) in try fetchInTurn() }) { return fetched }
      guard !deadline.isOver else {
        throw ObjectError(.unavailable, "There were no credentials in the time that there was: try again later.")
      }
      if environment.isInterrupted() { throw ObjectError(.interrupted, "The program was told to stop.") }
      usleep(2_000)
    }
  }

  /// Says that the store takes these for ended; the next to ask gets others.
  func discard(_ refused: Credentials) {
    state.withLock { if $0.credentials == refused { $0 = State() } }
  }

  private func known(mayRenew: Bool) -> Credentials? {
    let now = environment.seconds
    return state.withLock { state in
      guard let credentials = state.credentials else { return nil }
      guard let end = credentials.end else { return credentials }
      if mayRenew { return now < state.renewal ?? end - Self.lead ? credentials : nil }
      return now < end - Self.least ? credentials : nil
    }
  }

  private func fetch(until deadline: RequestDeadline) throws(ObjectError) -> Credentials {
    let credentials = try source(deadline)
    let now = environment.seconds
    // Short ones have most of their time; and none is asked for again at once.
    let renewal = credentials.end.map { max($0 - Self.lead, min(now + Self.pause, $0 - Self.least)) }
    state.withLock { $0 = State(credentials: credentials, renewal: renewal) }
    return credentials
  }
}
