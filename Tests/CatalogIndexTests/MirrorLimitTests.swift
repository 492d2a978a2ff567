import CatalogIndex
import CatalogTestSupport
import ManifestModel
import Testing

@Suite("How much of one file the index holds")
struct MirrorLimitTests {
  private static let asset = AssetIdentifier(name: "n", id: "a")

  private func manifest(_ last: [String], ofRun: [String]?, error: String = "") -> String {
    func list(_ paths: [String]) -> String { "[" + paths.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
    let run =
      ofRun.map { #"{"id": "r", "metadata_path": "", "materialized": null, "artifact_paths": \#(list($0))}"# } ?? "null"
    return #"""
      {"asset_name": "n", "asset_id": "a", "last_error": "\#(error)", "last_run": \#(run), "last_artifacts": \#(list(last))}
      """#
  }

  private func project(_ manifest: Manifest) -> AssetChange.Manifest {
    AssetChange.Manifest(manifest, of: Self.asset, metadataFolder: "m")
  }

  /// What a rebuild makes of a file, after it was held against what a record makes of the same one.
  private func projection(_ text: String) throws -> AssetChange.Manifest {
    let bytes = Array(text.utf8)
    let whole = project(try ManifestCodec.decodeManifest(bytes))
    let limited = project(
      try bytes.withUnsafeBytes { try ManifestCodec.decodeManifest($0, within: MirrorLimits.usual) })
    #expect(limited.facts == whole.facts)
    #expect(limited.artifacts.elementsEqual(whole.artifacts) { $0.hasSameBytes(as: $1) })
    #expect(limited.leftOut == whole.leftOut)
    return limited
  }

  private func paths(_ range: Range<Int>, size: Int = 0) -> [String] {
    range.map { "p\($0)/" + String(repeating: "x", count: size) }
  }

  @Test("A file within the limits is there as a whole")
  func whole() throws {
    let found = try projection(manifest(paths(0..<10_000), ofRun: paths(0..<10_000)))
    #expect(found.artifacts.count == 10_000)
    #expect(found.leftOut == nil)
    let text = String(repeating: "e", count: MirrorLimits.usual.textBytes)
    let error = try projection(manifest([], ofRun: nil, error: text))
    #expect(error.facts.lastError == text)
    #expect(error.leftOut == nil)
  }

  @Test("Of too many artifacts the first are there, and the rest is counted")
  func count() throws {
    let found = try projection(manifest(paths(0..<10_001), ofRun: paths(0..<10_001)))
    #expect(found.artifacts.elementsEqual(paths(0..<10_000)))
    #expect(
      found.leftOut == "The index holds only the first 10000 of the 10001 artifacts that the file names.")
    let ofRun = try projection(manifest(paths(0..<9_990), ofRun: paths(9_980..<10_010)))
    #expect(ofRun.artifacts.elementsEqual(paths(0..<10_000)))
    #expect(ofRun.leftOut?.contains("of the 10010 artifacts") == true)
  }

  @Test("Paths of a mebibyte together are too many, however few they are", arguments: [[], ["x"], ["p0/"]])
  func bytes(ofRun: [String]) throws {
    let long = paths(0..<12, size: 100_000)
    for text in [manifest(long, ofRun: ofRun), manifest(ofRun, ofRun: long)] {
      let found = try projection(text)
      #expect(found.artifacts.reduce(0) { $0 + $1.utf8.count } <= 1 << 20)
      #expect(found.artifacts.count >= 10)
      #expect(found.leftOut != nil)
    }
  }

  @Test("A long text is cut between two characters")
  func text() throws {
    let found = try projection(manifest([], ofRun: nil, error: "e" + String(repeating: "é", count: 600_000)))
    #expect(found.facts.lastError?.utf8.count == MirrorLimits.usual.textBytes - 1)
    #expect(found.facts.lastError?.unicodeScalars.last == "é")
    #expect(found.leftOut == "The index holds only the first 1088 KiB of its longest texts.")
  }

  @Test("Of a run with too many artifacts and long texts the beginning is there")
  func run() throws {
    let artifacts = (0..<10_500).map { #"{"path": "p\#($0)", "bytes": \#($0)}"# }.joined(separator: ",")
    let long = String(repeating: "t", count: 1_200_000)
    let text = #"""
      {"id": "r", "parameters": "\#(long)", "error": {"message": "m", "traceback": "\#(long)"},
       "artifacts": [\#(artifacts)]}
      """#
    let bytes = Array(text.utf8)
    let whole = AssetChange.Run(try ManifestCodec.decodeRunMetadata(bytes))
    let limited = AssetChange.Run(
      try bytes.withUnsafeBytes { try ManifestCodec.decodeRunMetadata($0, within: MirrorLimits.usual) })
    #expect(limited.facts == whole.facts)
    #expect(limited.artifacts == whole.artifacts)
    #expect(limited.leftOut == whole.leftOut)
    #expect(limited.artifacts.count == 10_000)
    #expect(limited.artifacts.last?.bytes == 9_999)
    #expect(limited.facts.traceback?.utf8.count == MirrorLimits.usual.textBytes)
    #expect(
      limited.leftOut
        == "The index holds only the first 10000 of the 10500 artifacts that the file names and the first 1088 KiB of its longest texts."
    )
  }
}
