import ManifestModel

/// What runs say of the artifacts they wrote.
extension TreeModel {
  /// The hashes that occur: few, so that schemas stay and change, and come back.
  package static let schemaHashes = ["a", "b", "c"].map { "v1:" + String(repeating: $0, count: 32) }

  /// Lets a run record artifacts, or none: under paths that stay or that are the run's own, of sizes that are true or
  /// not, with and without a schema. Most of the files are there.
  mutating func addFacts(to text: inout RunText) throws {
    guard !factsRandom.chance(1, in: 4) else {
      text.artifacts = nil
      return
    }
    var artifacts: [ArtifactFacts] = []
    for place in 0..<Int.random(in: 0..<4, using: &factsRandom) {
      let part = factsRandom.chance(1, in: 3) ? "\(text.id)-\(place)" : "\(factsNumber(4))"
      var facts = ArtifactFacts(path: "\(text.name)/\(part).parquet")
      let size = factsNumber(9)
      if !factsRandom.chance(1, in: 4) { facts.bytes = Int64(size) }
      if factsRandom.chance(1, in: 2) {
        facts.modified = Timestamp(microseconds: text.startedAt + Int64(factsNumber(99)))
      }
      if factsRandom.chance(1, in: 2) { facts.format = "parquet" }
      if !factsRandom.chance(1, in: 6) { facts.schemaHash = Self.schemaHashes[factsNumber(Self.schemaHashes.count)] }
      if factsRandom.chance(1, in: 2) { facts.rowCount = Int64(factsNumber(1000)) }
      if factsRandom.chance(1, in: 3) { facts.sampledRows = Int64(factsNumber(1000)) }
      artifacts.append(facts)
      if factsRandom.chance(5, in: 6) {
        let isTrue = factsRandom.chance(7, in: 8)
        try tree.write(String(repeating: "r", count: isTrue ? size : size + 1), to: TreePath(facts.path))
      }
    }
    text.artifacts = artifacts
  }

  private mutating func factsNumber(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &factsRandom) }
}
