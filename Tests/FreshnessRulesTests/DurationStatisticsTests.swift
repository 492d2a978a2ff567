import CatalogTestSupport
import FreshnessRules
import Testing

@Suite("Durations out of the ordinary")
struct DurationStatisticsTests {
  @Test("are judged as in the worked examples", arguments: PolicyCases.all.slow)
  func workedExamples(example: PolicyCases.Slow) throws {
    let tolerance = DurationStatistics.Tolerance(
      deviations: example.deviations ?? 5, atLeast: example.atLeastMs ?? 60_000)
    guard let statistics = DurationStatistics(past: example.pastMs) else {
      #expect(!example.enough && !example.slow, "\(example.note)")
      #expect(DurationStatistics.overrunLimit(past: example.pastMs, tolerance) == nil)
      return
    }
    #expect(example.enough)
    #expect(statistics.isSlow(example.durationMs, tolerance) == example.slow, "\(example.note)")
    #expect(statistics.median == example.medianMs)
    #expect(statistics.medianDeviation == example.madMs)
    #expect(abs(statistics.deviation - (example.sigmaMs ?? -1)) < 0.000_1)
    #expect(abs(statistics.score(of: example.durationMs) - (example.score ?? -1)) < 0.000_1)
    let limit = try #require(DurationStatistics.overrunLimit(past: example.pastMs, tolerance))
    #expect((example.durationMs >= limit) == example.slow)
  }

  @Test("begin exactly at the limit that a running run is held against", arguments: [UInt64(1), 2, 3])
  func limit(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      let scale = Int64(1) << Int64.random(in: 0...40, using: &random)
      let past = (0..<Int.random(in: 8...40, using: &random)).map { _ in Int64.random(in: 0...scale, using: &random) }
      let tolerance = DurationStatistics.Tolerance(
        deviations: Double.random(in: 0...20, using: &random), atLeast: Int64.random(in: 0...200_000, using: &random))
      let statistics = try #require(DurationStatistics(past: past))
      let limit = try #require(statistics.limit(tolerance))
      #expect(statistics.isSlow(limit, tolerance))
      #expect(!statistics.isSlow(limit - 1, tolerance))
    }
  }

  @Test("have a limit that is written by hand here")
  func byHand() {
    // Eight of ten minutes: no deviation, so 5 % of ten minutes is one; five of them are 150 s, but half as long again
    // is 300 s.
    #expect(DurationStatistics.overrunLimit(past: Array(repeating: 600_000, count: 8)) == 900_000)
    // Two seconds each: the floor of a second, five of them 5 s; at least a minute more than the median.
    #expect(DurationStatistics.overrunLimit(past: Array(repeating: 2_000, count: 8)) == 62_000)
    #expect(DurationStatistics.overrunLimit(past: Array(repeating: 0, count: 8)) == 60_000)
    #expect(DurationStatistics.overrunLimit(past: Array(repeating: 600_000, count: 7)) == nil)
  }

  @Test("leave out what clocks that were set back made negative")
  func negative() {
    let past = Array(repeating: Int64(600_000), count: 7) + [-5_000]
    #expect(DurationStatistics(past: past) == nil)
    #expect(DurationStatistics.typical(past: past) == 600_000)
    #expect(DurationStatistics.typical(past: [-1]) == nil)
  }

  @Test("never trap, however large the numbers")
  func extremes() {
    #expect(DurationStatistics.overrunLimit(past: Array(repeating: Int64.max, count: 8)) == nil)
    let mixed = DurationStatistics(past: Array(repeating: Int64.max, count: 4) + Array(repeating: 0, count: 4))
    #expect(mixed?.median == 0)
  }
}
