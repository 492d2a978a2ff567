/// What a generated tree is meant to hold: enough to go on editing it, and to repair what an edit damaged.
///
/// The expectation is not stated here but by ``LinearScan``, which reads the files.
package struct TreeModel: Sendable {
  struct Run: Sendable {
    var text: RunText
    /// Whether the file was damaged by an edit, and waits to be restored.
    var isDamaged = false
  }

  struct Asset: Sendable {
    var name: String
    var id: String
    var manifest: ManifestText?
    var isDamaged = false
    var runs: [Run] = []

    var manifestPath: TreePath { .manifest(name, id) }
    func runPath(_ index: Int) -> TreePath { .run(name, id, runs[index].text.id) }
  }

  package let tree: ScratchTree
  var random: SplitMix64
  /// Chooses facts of artifacts: a source of its own, so that they change nothing in the story that a seed tells.
  var factsRandom: SplitMix64
  var assets: [Asset] = []
  /// Counts names, ids and runs, so that none is used twice.
  var counter = 0
  /// The time around which everything happened, in microseconds.
  package let now: Int64

  /// 2026-11-23T12:00:00Z.
  package static let noon: Int64 = 1_795_435_200_000_000

  /// An empty tree, to be filled by edits.
  package init(_ tree: ScratchTree, seed: UInt64, now: Int64 = TreeModel.noon) {
    self.tree = tree
    self.now = now
    random = SplitMix64(seed: seed)
    factsRandom = SplitMix64(seed: ~seed)
  }

  /// Adds assets in one of the shapes that occur, each with a few runs.
  package mutating func populate(_ count: Int) throws {
    for _ in 0..<count { try addAsset() }
  }

  mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

  mutating func fresh(_ prefix: String) -> String {
    counter += 1
    return "\(prefix)\(counter)"
  }

  /// A moment before now, mostly within the last few days; now and then one with microseconds.
  mutating func moment() -> Int64 {
    let seconds = random.chance(1, in: 4) ? number(0..<40_000_000) : number(0..<200_000)
    return now - Int64(seconds) * 1_000_000 + (random.chance(1, in: 2) ? Int64(number(0..<1_000_000)) : 0)
  }

  // MARK: Writing, as mad_prefect does

  func writeManifest(_ index: Int) throws {
    guard let manifest = assets[index].manifest else { return }
    if tree.status(assets[index].manifestPath) != nil, !tree.isFile(assets[index].manifestPath) {
      try tree.remove(assets[index].manifestPath)
    }
    try tree.write(manifest.text, to: assets[index].manifestPath)
  }

  func writeRun(_ index: Int, _ run: Int) throws {
    let path = assets[index].runPath(run)
    if tree.status(path) != nil, !tree.isFile(path) { try tree.remove(path) }
    try tree.write(assets[index].runs[run].text.text, to: assets[index].runPath(run))
  }

  // MARK: Building blocks

  /// Names that need care among plain ones: two spellings of "é" are two assets.
  private static let names = [
    "bronze.orders", "silver.kunden", "gold.kpi", "näme-中", "caf\u{E9}", "cafe\u{301}", "a b", "x\"y",
  ]

  mutating func addAsset() throws {
    var name = Self.names[number(0..<Self.names.count)] + (random.chance(1, in: 3) ? "" : ".\(number(0..<40))")
    let id = fresh("id")
    if random.chance(1, in: 3), let other = assets.randomElement(using: &random) { name = other.name }
    assets.append(Asset(name: name, id: id))
    for _ in 0..<number(0..<4) {
      try startRun(assets.count - 1)
      if random.chance(3, in: 4) { try endRun(assets.count - 1) }
    }
    // A manifest without any run, as other writers leave.
    if assets[assets.count - 1].runs.isEmpty {
      var manifest = ManifestText(name: name, id: id, updatedAt: moment())
      if random.chance(1, in: 2) { manifest.lastMaterialized = moment() }
      assets[assets.count - 1].manifest = manifest
      try writeManifest(assets.count - 1)
    }
  }

  /// A run begins: its metadata is written, the manifest is not touched.
  mutating func startRun(_ index: Int) throws {
    let asset = assets[index]
    var text = RunText(id: fresh("run"), name: asset.name, assetID: asset.id, startedAt: moment())
    text.isBare = random.chance(1, in: 10)
    // Only what a run says that succeeded counts.
    if factsRandom.chance(1, in: 8) { try addFacts(to: &text) }
    assets[index].runs.append(Run(text: text))
    try writeRun(index, assets[index].runs.count - 1)
  }

  /// The latest run ends well or badly: metadata, then manifest.
  mutating func endRun(_ index: Int, metadataOnly: Bool = false) throws {
    guard let run = assets[index].runs.indices.last(where: { !assets[index].runs[$0].text.isFinished }) else { return }
    let duration = Int64(number(1..<600_000))
    let didSucceed = random.chance(3, in: 4)
    var text = assets[index].runs[run].text
    if didSucceed {
      text.materialized = text.startedAt + duration * 1000
      text.durationMilliseconds = duration
    } else if random.chance(1, in: 2) {
      text.status = "failed"
      text.error = ("ValueError", "bad row \(number(0..<100))")
      if random.chance(1, in: 2) { text.durationMilliseconds = duration }
    }
    if didSucceed || factsRandom.chance(1, in: 4) { try addFacts(to: &text) }
    assets[index].runs[run].text = text
    assets[index].runs[run].isDamaged = false
    try writeRun(index, run)
    guard !metadataOnly else { return }
    let asset = assets[index]
    let updatedAt = text.startedAt + duration * 1000 + 3000
    var manifest = asset.manifest ?? ManifestText(name: asset.name, id: asset.id, updatedAt: updatedAt)
    let path = "\(asset.name)/\(number(0..<5)).parquet"
    let artifacts = didSucceed ? (random.chance(1, in: 4) ? [path, "\(path).csv"] : [path]) : []
    // As mad_prefect has it, now and then.
    let signature = random.chance(1, in: 2) ? "signature-\(number(0..<3))" : nil
    manifest.take(
      ManifestText.Run(id: text.id, materialized: text.materialized, artifacts: artifacts),
      status: didSucceed ? "success" : "failed", error: didSucceed ? nil : "RuntimeError: upstream \(number(0..<9))",
      signature: factsRandom.chance(1, in: 3) ? asset.id : signature, updatedAt: updatedAt)
    assets[index].manifest = manifest
    assets[index].isDamaged = false
    try writeManifest(index)
    if didSucceed, random.chance(2, in: 3) { try tree.write("rows", to: TreePath(path)) }
  }
}
