import AssetCatalog
import ManifestModel

/// Takes the time of single questions in the library, on an index that is up to date: what a scheduler waits for.
///
///     AnswerLatency ROOT INDEX NOW SAMPLES
///
/// `NOW` is the clock of the questions, in microseconds since the epoch. Prints JSON.
@main
struct AnswerLatency {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let now = Int64(arguments[3]), let count = Int(arguments[4]), count > 0 else {
      print("usage: AnswerLatency ROOT INDEX NOW SAMPLES")
      return
    }
    var options = Catalog.Options()
    options.indexPath = arguments[2]
    options.reconciling = .never
    options.now = { Timestamp(microseconds: now) }
    let catalog = try Catalog(root: arguments[1], options: options)
    let hourAgo = Timestamp(microseconds: now - 3_600_000_000)

    // One asset in a few, over the whole tree, chosen by a generator with a fixed seed.
    var chance = SplitMix64(state: 1)
    let assets = try catalog.assets().rows.map(\.asset)
    guard !assets.isEmpty else {
      print("[]")
      return
    }
    let chosen = (0..<count).map { _ in assets[Int(chance.next() % UInt64(assets.count))] }
    let paths = try chosen.prefix(2000).map { try catalog.artifacts(of: $0).rows.first?.path ?? "none" }

    let results = [
      try measure("stale, top 50", count) { _ in try catalog.stale(maxAge: .seconds(86400), limit: 50).rows.count },
      try measure("failures of the last hour, top 50", count) { _ in
        try catalog.failures(since: hourAgo, limit: 50).rows.count
      },
      try measure("failures of the last hour, all", max(200, count / 10), isBounded: false) { _ in
        try catalog.failures(since: hourAgo).rows.count
      },
      try measure("runs of one asset", count) { try catalog.runs(of: chosen[$0]).rows.count },
      try measure("producers of a path", count) { try catalog.producers(of: paths[$0 % paths.count]).rows.count },
    ]
    print("[" + results.joined(separator: ",\n") + "]")
  }

  /// - Parameters:
  ///   - isBounded: whether the limit on the latency applies: the answer's size does not grow with the tree.
  ///   - ask: the question, by the number of the sample; answers with its count of rows.
  private static func measure(
    _ question: String, _ count: Int, isBounded: Bool = true, _ ask: (Int) throws -> Int
  ) throws -> String {
    // The first questions open connections and prepare statements.
    for number in 0..<min(20, count) { _ = try ask(number) }
    var rows = 0
    var samples: [Double] = []
    samples.reserveCapacity(count)
    for number in 0..<count {
      let begin = ContinuousClock.now
      rows = try ask(number)
      let (seconds, attoseconds) = (ContinuousClock.now - begin).components
      samples.append(Double(seconds) * 1e3 + Double(attoseconds) * 1e-15)
    }
    samples.sort()
    let (median, high, most) = (samples[count / 2], samples[(count * 99 + 99) / 100 - 1], samples[count - 1])
    return """
      {"question": "\(question)", "is_bounded": \(isBounded), "rows": \(rows), "samples": \(count), \
      "p50_ms": \(median), "p99_ms": \(high), "max_ms": \(most)}
      """
  }
}

/// Sebastiano Vigna's generator: small, and the same on every machine.
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
