import CatalogIndex
import CatalogTestSupport
import ManifestModel
import StoredTree
import Testing

/// Whoever asks every D for the failures of the last D misses none.
@Suite struct PollingTests {
  private static let minute: Int64 = 60_000_000
  private static let day: Int64 = 1440 * minute

  /// One run of a history, and what becomes of it.
  private struct Event {
    enum Fate { case succeeds, saysThatItFailed, dies }

    let id: String
    let start: Int64
    /// When it ends, or dies without a word.
    let end: Int64
    let fate: Fate
    let hasHeartbeats: Bool

    /// Its file as it is at a moment; `nil` before its start.
    func file(at time: Int64) -> RunMetadata? {
      guard start <= time else { return nil }
      var facts = RunMetadata(id: id, startedAt: Timestamp(microseconds: start))
      if end <= time, fate == .succeeds {
        facts.materialized = Timestamp(microseconds: end)
        facts.durationMilliseconds = (end - start) / 1000
      } else if end <= time, fate == .saysThatItFailed {
        facts.status = .failed
        facts.durationMilliseconds = (end - start) / 1000
      } else if hasHeartbeats {
        facts.heartbeatAt = Timestamp(microseconds: start + (min(time, end) - start) / minute * minute)
        facts.heartbeatSeconds = 60
      }
      return facts
    }
  }

  /// Some runs in the first five days, often beside each other.
  private static func history(_ random: inout SplitMix64) -> [Event] {
    (0..<Int.random(in: 1..<14, using: &random)).map { number in
      let start = Int64.random(in: 0..<(5 * day), using: &random)
      let isLong = random.chance(1, in: 4)
      let end = start + Int64.random(in: 1..<(isLong ? 2 * day : 90 * minute), using: &random)
      let fate: Event.Fate = [.succeeds, .succeeds, .saysThatItFailed, .dies].randomElement(using: &random)!
      return Event(
        id: "r\(number)", start: start, end: end, fate: fate, hasHeartbeats: random.chance(1, in: 3))
    }
  }

  /// The runs as an index would hold them that was brought up to date at a moment.
  private static func records(_ history: [Event], at time: Int64) -> [RunEntry] {
    var change = AssetChange(AssetIdentifier(name: "n", id: "a"))
    for event in history.sorted(by: { $0.id < $1.id }) {
      guard let facts = event.file(at: time) else { continue }
      let print = Revision(size: 1, modifiedNanoseconds: time * 1000, changedNanoseconds: time * 1000, inode: 1)
      change.runs.append(
        (
          event.id, .current(AssetChange.Run(facts), SeenFile(print, isTrusted: true))
        ))
    }
    var asset = IndexedAsset(change.asset)
    asset.apply(change)
    return asset.runs.compactMap { RunEntry($0, of: asset, lastMaterialized: nil) }
  }

  @Test("no poller misses a failure, whatever its interval from a minute to two days")
  func everyInterval() {
    var random = SplitMix64(seed: 48)
    var failures = 0
    for interval in 1...2880 {
      let history = Self.history(&random)
      let step = Int64(interval) * Self.minute
      var seen: Set<String> = []
      var time = Int64.random(in: 0..<step, using: &random)
      // Until everything has been given up, and once more.
      let last = 9 * Self.day + 2 * step
      while time < last {
        let question = FailureQuestion(since: time - step, now: time, window: Self.day)
        for record in Self.records(history, at: time) {
          if let failure = question.failure(record) { seen.insert(failure.run.runID) }
        }
        time += step
      }
      let wanted = history.filter { $0.fate != .succeeds }.map(\.id)
      failures += wanted.count
      #expect(seen.isSuperset(of: wanted), "every \(interval) minutes: \(Set(wanted).subtracting(seen).sorted())")
    }
    #expect(failures > 1000)
  }

  @Test("a run that dies beside a daily job is told of by whoever asks for the last hour every hour")
  func daily() {
    let hour = 60 * Self.minute
    let history = [
      Event(id: "monday", start: 6 * hour, end: 6 * hour + 5 * Self.minute, fate: .succeeds, hasHeartbeats: false),
      Event(id: "tuesday", start: 30 * hour, end: 30 * hour + 1, fate: .dies, hasHeartbeats: false),
      Event(id: "wednesday", start: 54 * hour + 5, end: 55 * hour, fate: .succeeds, hasHeartbeats: false),
    ]
    let polls = (0..<80).filter { poll in
      let time = Int64(poll) * hour
      let question = FailureQuestion(since: time - hour, now: time, window: Self.day)
      return Self.records(history, at: time).contains { question.failure($0) != nil }
    }
    // Given up a day after its start, at 54:00, and listed for an hour; 54:00 and 55:00 both belong to it.
    #expect(polls == [54, 55])
  }

  @Test("a run with heartbeats is given up three intervals after the last one, and not before, whatever runs beside it")
  func heartbeats() {
    let history = [
      Event(id: "slow", start: 0, end: 3 * Self.day, fate: .dies, hasHeartbeats: true),
      Event(id: "quick", start: Self.minute, end: 2 * Self.minute, fate: .succeeds, hasHeartbeats: false),
    ]
    func standing(at time: Int64) -> RunOutcome? {
      Self.records(history, at: time).first { $0.runID == "slow" }?.standing(at: time, window: Self.day).standing
    }
    for time in [0, 3 * Self.minute, Self.day, 3 * Self.day, 3 * Self.day + 3 * Self.minute - 1] {
      #expect(standing(at: time) == .running, "\(time)")
    }
    #expect(standing(at: 3 * Self.day + 3 * Self.minute) == .interrupted)
  }

  @Test("a run that takes longer than its past allows is a failure from that instant on, and none once it ends well")
  func overrun() {
    var history = (0..<8).map { number in
      Event(
        id: "p\(number)", start: Int64(number) * 60 * Self.minute, end: Int64(number) * 60 * Self.minute + Self.minute,
        fate: .succeeds, hasHeartbeats: false)
    }
    let start = 600 * Self.minute
    // All took a minute: 5 % of that is 3 s, so that 1 min + max(5 · 3 s, 1 min, half a minute) is too long.
    history.append(
      Event(id: "slow", start: start, end: start + 30 * Self.minute, fate: .succeeds, hasHeartbeats: false))
    func failure(at time: Int64) -> FailureEntry? {
      let question = FailureQuestion(since: .min, now: time, window: Self.day)
      return Self.records(history, at: time).compactMap { question.failure($0) }.first
    }
    #expect(failure(at: start + 2 * Self.minute - 1) == nil)
    #expect(failure(at: start + 2 * Self.minute)?.standing == .overrun)
    #expect(failure(at: start + 20 * Self.minute)?.failureTime == start + 2 * Self.minute)
    #expect(failure(at: start + 30 * Self.minute) == nil)
    history.removeFirst()
    #expect(failure(at: start + 20 * Self.minute) == nil, "seven successes say nothing yet")
  }
}
