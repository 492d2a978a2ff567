import Foundation
import ManifestModel
import Testing

@Suite struct ConformanceTests {
  @Test(
    "Every manifest loads as mad_prefect loads it, or is refused",
    arguments: try FixtureJSON.cases(in: "manifest-cases.json"))
  func manifests(_ fixture: FixtureCase) throws {
    try check(fixture)
  }

  @Test(
    "Every damaged or oddly spelled manifest loads as mad_prefect loads it, or is refused",
    arguments: try FixtureJSON.cases(in: "manifest-raw-cases.json"))
  func rawManifests(_ fixture: FixtureCase) throws {
    let manifest = try check(fixture)
    #expect(try fixture.value("lone_surrogate") == .bool(manifest?.isLossy ?? false))
  }

  @Test(
    "Every run's metadata loads as mad_prefect loads it, or is refused",
    arguments: try FixtureJSON.cases(in: "run-cases.json"))
  func runs(_ fixture: FixtureCase) throws {
    let result = Result { try ManifestCodec.decodeRunMetadata(fixture.file(), keepingUnknownFields: true) }
    switch result {
    case .success(let run):
      let expected = try #require(try fixture.optionalValue("written_again")?.text)
      #expect(String(decoding: ManifestCodec.encode(run), as: UTF8.self) == expected)
      #expect(try fixture.value("is_lossy") == .bool(run.isLossy))
    case .failure(let error):
      let refusal = try #require(error as? ManifestDecodingError)
      #expect(try fixture.optionalValue("refused_as")?.text == refusal.kind.rawValue, "refused: \(refusal.message)")
    }
  }

  @discardableResult
  private func check(_ fixture: FixtureCase) throws -> Manifest? {
    let expected = try fixture.value("loads_as")
    do {
      let manifest = try ManifestCodec.decodeManifest(fixture.file(), keepingUnknownFields: false)
      try expect(manifest, loadsAs: expected)
      return manifest
    } catch let error as ManifestDecodingError {
      #expect(expected == .null, "refused: \(error.message)")
      #expect(error.kind != .invalidRun)
      return nil
    }
  }
}

/// Expects a manifest to hold the values that mad_prefect loads.
func expect(_ manifest: Manifest, loadsAs expected: FixtureJSON, sourceLocation: SourceLocation = #_sourceLocation)
  throws
{
  try #require(expected != .null, "mad_prefect refuses this manifest", sourceLocation: sourceLocation)
  func text(_ string: String?) -> FixtureJSON { string.map { .text($0) } ?? .null }
  func texts(_ strings: [String]) -> FixtureJSON { .array(strings.map { .text($0) }) }
  func time(_ moment: Timestamp?) -> FixtureJSON { text(moment?.description) }
  // Where the file has none, mad_prefect puts the time of reading: "*", or the day that the fixture was made.
  let madeUp = manifest.updatedAt == nil ? expected["updated_at"]?.text : nil
  let isMadeUp = madeUp == "*" || madeUp?.hasPrefix("2026-11-23T14:40:5") == true
  let run = manifest.lastRun.map { run -> FixtureJSON in
    .object([
      ("id", text(run.id)), ("metadata_path", text(run.metadataPath)), ("materialized", time(run.materialized)),
      ("artifact_paths", texts(run.artifactPaths)),
    ])
  }
  let actual: [String: FixtureJSON] = [
    "manifest_version": .text("1"), "asset_name": text(manifest.asset.name), "asset_id": text(manifest.asset.id),
    "asset_signature": text(manifest.signature), "last_materialized": time(manifest.lastMaterialized),
    "last_status": text(manifest.lastStatus.rawValue), "last_error": text(manifest.lastError),
    "last_artifacts": texts(manifest.lastArtifacts),
    "updated_at": isMadeUp ? expected["updated_at"] ?? .null : time(manifest.updatedAt),
  ]
  for (key, value) in actual {
    #expect(expected[key] == value, "\(key)", sourceLocation: sourceLocation)
  }
  guard let expectedRun = expected["last_run"], expectedRun != .null else {
    #expect(run == nil, sourceLocation: sourceLocation)
    return
  }
  for key in ["id", "metadata_path", "materialized", "artifact_paths"] {
    #expect(expectedRun[key] == run?[key], "last_run.\(key)", sourceLocation: sourceLocation)
  }
}
