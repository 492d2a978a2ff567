/// A tree in which clocks are wrong: runs begin ahead of the clock, send heartbeats, run beside each other, are told of
/// too late, and leave files that bear any time; and the clock of the answers steps back and forth.
package struct ClockStory: Sendable {
  package let tree: ScratchTree
  /// The clock of the answers, in microseconds.
  package private(set) var now = TreeModel.noon
  private var random: SplitMix64
  private var runs: [RunText] = []
  private var manifests: [Int: ManifestText] = [:]
  private var counter = 0

  private static let minute: Int64 = 60_000_000
  private static let day: Int64 = 86_400_000_000
  private static let assets = 4

  package init(_ tree: ScratchTree, seed: UInt64) throws {
    self.tree = tree
    random = SplitMix64(seed: seed)
    for asset in 0..<Self.assets { try addPast(asset) }
  }

  /// Makes one thing happen.
  ///
  /// - Returns: what it was, for the message of a test that fails.
  package mutating func goOn() throws -> String {
    let asset = number(0..<Self.assets)
    switch number(0..<10) {
    case 0, 1: return try begin(asset)
    case 2, 3: return try beat()
    case 4, 5, 6: return try end()
    case 7: return try damage(asset)
    case 8:
      try addPast(asset)
      return "a past of n\(asset)"
    default:
      let step = [-40 * Self.minute, 2 * Self.minute, 50 * Self.minute, Self.day, -3 * Self.day][number(0..<5)]
      now += step
      return "the clock steps by \(step / Self.minute) minutes"
    }
  }

  // MARK: Events

  /// A dozen runs that succeeded, so that others can take longer than they did.
  private mutating func addPast(_ asset: Int) throws {
    let typical = Int64([2000, 60_000, 600_000][number(0..<3)])
    for place in 0..<12 {
      var run = newRun(asset, startedAt: now - Int64(20 - place) * Self.day / 4)
      run.durationMilliseconds = random.chance(1, in: 20) ? -5 : typical + Int64(number(0..<Int(typical / 2)))
      run.materialized = run.startedAt + (run.durationMilliseconds ?? 0) * 1000
      runs.append(run)
      try write(runs.count - 1)
    }
  }

  private mutating func begin(_ asset: Int) throws -> String {
    runs.append(newRun(asset, startedAt: now + offset()))
    if random.chance(1, in: 3) { runs[runs.count - 1].heartbeat = (now + offset(), [5, 60][number(0..<2)]) }
    try write(runs.count - 1)
    return "\(runs[runs.count - 1].id) begins"
  }

  private mutating func beat() throws -> String {
    guard let index = unfinished() else { return "nothing" }
    runs[index].heartbeat = (now + offset(), [5, 60, 3600][number(0..<3)])
    try write(index)
    return "\(runs[index].id) says that it lives"
  }

  private mutating func end() throws -> String {
    guard let index = unfinished() else { return "nothing" }
    let duration = Int64(number(0..<3_000_000))
    let end = random.chance(1, in: 4) ? now + offset() : runs[index].startedAt + duration * 1000
    let didSucceed = random.chance(2, in: 3)
    runs[index].heartbeat = nil
    if didSucceed {
      runs[index].materialized = end
      runs[index].durationMilliseconds = duration
    } else {
      runs[index].status = "failed"
      runs[index].error = random.chance(1, in: 2) ? ("ValueError", "row \(number(0..<9))") : nil
      if random.chance(1, in: 2) { runs[index].durationMilliseconds = duration }
    }
    let way = number(0..<4)
    // Where a writer dies between the two, one file tells what the other does not.
    if way != 0 { try write(index) }
    if way != 1 {
      let asset = Int(runs[index].name.dropFirst())!
      var manifest = manifests[asset] ?? ManifestText(name: "n\(asset)", id: "a", updatedAt: end)
      manifest.take(
        ManifestText.Run(id: runs[index].id, materialized: runs[index].materialized, artifacts: []),
        status: didSucceed ? "success" : random.chance(1, in: 4) ? "unknown" : "failed",
        error: didSucceed || random.chance(1, in: 3) ? nil : "the manifest says so", signature: nil, updatedAt: end + 5)
      manifests[asset] = manifest
      try tree.write(manifest.text, to: .manifest("n\(asset)", "a"))
    }
    return "\(runs[index].id) ends \(didSucceed ? "well" : "badly"), in way \(way)"
  }

  private mutating func damage(_ asset: Int) throws -> String {
    switch number(0..<4) {
    case 0: try tree.write("{", to: .manifest("n\(asset)", "a"))
    case 1:
      manifests[asset] = nil
      if tree.status(.manifest("n\(asset)", "a")) != nil { try tree.remove(.manifest("n\(asset)", "a")) }
    case 2:
      try tree.write("[]", to: .manifest("new\(counter)", "a"))
      counter += 1
    default:
      try tree.write("{", to: .run("bad\(counter)", "a", "r"))
      counter += 1
    }
    return "damage to n\(asset)"
  }

  // MARK: Parts

  private mutating func newRun(_ asset: Int, startedAt: Int64) -> RunText {
    counter += 1
    return RunText(id: "r\(counter)", name: "n\(asset)", assetID: "a", startedAt: startedAt)
  }

  private mutating func unfinished() -> Int? {
    runs.indices.filter { !runs[$0].isFinished }.randomElement(using: &random)
  }

  /// Mostly a little before now; sometimes ahead, by minutes or by years, or long ago.
  private mutating func offset() -> Int64 {
    switch number(0..<8) {
    case 0: Int64(number(0..<20)) * Self.minute
    case 1: [Self.day, 5 * 365 * Self.day][number(0..<2)]
    case 2: -Int64(number(0..<60)) * Self.day / 20
    default: -Int64(number(0..<90)) * Self.minute + Int64(number(0..<1_000_000))
    }
  }

  private func write(_ index: Int) throws {
    let run = runs[index]
    let path = TreePath.run(run.name, run.assetID, run.id)
    try tree.write(run.text, to: path)
    // The file bears the time of this machine, which is long after the story, or one of the story's own.
    var own = SplitMix64(seed: UInt64(bitPattern: run.startedAt) ^ UInt64(index))
    switch Int.random(in: 0..<4, using: &own) {
    case 0: break
    case 1: try tree.setTime((now - Self.minute) * 1000, of: path)
    case 2: try tree.setTime((now - 2 * Self.day) * 1000, of: path)
    default: try tree.setTime((run.startedAt + 3_000_000) * 1000, of: path)
    }
  }

  private mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
}
