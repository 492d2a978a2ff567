import Foundation
import ManifestModel
import Testing

/// The tree that the real mad_prefect wrote.
@Suite struct FixtureTreeTests {
  struct File: Sendable, CustomTestStringConvertible {
    let path: String
    let bytes: [UInt8]
    var testDescription: String { path }
    /// `<name>/<id>`.
    var asset: String {
      let parts = path.split(separator: "/")
      return parts[0].dropFirst("asset_name=".count) + "/" + parts[1].dropFirst("asset_id=".count)
    }
  }

  static func files(named name: String) throws -> [File] {
    let folder = FixtureJSON.folder.appending(path: "storage/_asset_metadata")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix("/" + name) }
    return try paths.sorted().map { File(path: $0, bytes: [UInt8](try Data(contentsOf: folder.appending(path: $0)))) }
  }

  @Test("Every manifest of the tree loads as mad_prefect loads it", arguments: try files(named: "manifest.json"))
  func manifestsLoad(_ file: File) throws {
    let all = try FixtureJSON.parse(Data(contentsOf: FixtureJSON.folder.appending(path: "storage.expected.json")))
    let expected = try #require(all[file.asset])
    let manifest = try? ManifestCodec.decodeManifest(file.bytes)
    #expect((manifest == nil) == (expected == .null))
    if let manifest { try expect(manifest, loadsAs: expected) }
  }

  @Test(
    "Every manifest that mad_prefect wrote is written again byte for byte",
    arguments: try files(named: "manifest.json").filter { !$0.path.contains("hand.") })
  func manifestsRoundTrip(_ file: File) throws {
    #expect(ManifestCodec.encode(try ManifestCodec.decodeManifest(file.bytes)) == file.bytes)
  }

  @Test("Every run that mad_prefect wrote is written again byte for byte", arguments: try files(named: "metadata.json"))
  func runsRoundTrip(_ file: File) throws {
    let run = try ManifestCodec.decodeRunMetadata(file.bytes)
    let written = String(decoding: ManifestCodec.encode(run), as: UTF8.self)
    // One run was given times with another offset, which we write in UTC.
    let original = String(decoding: file.bytes, as: UTF8.self)
      .replacing("2024-01-01T05:30:00+05:30", with: "2024-01-01T00:00:00Z")
      .replacing("2024-01-01T05:30:00.000001+05:30", with: "2024-01-01T00:00:00.000001Z")
    #expect(written == original)
  }

  @Test(
    "A manifest cut off anywhere is refused as no JSON",
    arguments: try files(named: "manifest.json").filter { !$0.path.contains("hand.") })
  func prefixesAreRefused(_ file: File) throws {
    for count in 0..<file.bytes.count {
      let error = #expect(throws: ManifestDecodingError.self) {
        try ManifestCodec.decodeManifest(Array(file.bytes.prefix(count)))
      }
      #expect(error?.kind == .invalidJSON, "after \(count) bytes")
    }
  }

  @Test(
    "A manifest followed by the rest of a longer one is refused",
    arguments: try files(named: "manifest.json").filter { !$0.path.contains("hand.") })
  func leftoversAreRefused(_ file: File) throws {
    for count in stride(from: 1, to: file.bytes.count, by: 7) {
      #expect(throws: ManifestDecodingError.self) {
        try ManifestCodec.decodeManifest(file.bytes + file.bytes.suffix(count))
      }
    }
  }

  @Test(
    "Writing what was read from a mutated file and reading it again changes nothing", arguments: 0..<16 as Range<UInt64>
  )
  func mutationsAreSelfConsistent(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let manifests = try Self.files(named: "manifest.json").map(\.bytes)
    let runs = try Self.files(named: "metadata.json").map(\.bytes)
    for _ in 0..<500 {
      let bytes = random.mutate(manifests[random.below(manifests.count)])
      if let first = try? ManifestCodec.decodeManifest(bytes) {
        let written = ManifestCodec.encode(first)
        #expect(ManifestCodec.encode(try ManifestCodec.decodeManifest(written)) == written)
      }
      let run = random.mutate(runs[random.below(runs.count)])
      if let first = try? ManifestCodec.decodeRunMetadata(run) {
        let written = ManifestCodec.encode(first)
        #expect(ManifestCodec.encode(try ManifestCodec.decodeRunMetadata(written)) == written)
      }
    }
  }
}

/// A small generator with a seed, so that a failing case comes again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }

  /// The bytes with one to four of them changed, added, removed or moved.
  mutating func mutate(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    let pieces: [String] = [
      "\"", ",", ":", "{", "}", "[", "]", "\\u", "\\ud800", "\\n", "null", "NaN", "1e9", "\u{1}", "é", "😀", "\"x\": 1,",
      "[[[",
    ]
    for _ in 0...below(4) {
      let place = below(bytes.count)
      switch below(6) {
      case 0 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: next())
      case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + below(12)))
      case 3: bytes.insert(contentsOf: pieces[below(pieces.count)].utf8, at: place)
      case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + below(40))], at: place)
      default: bytes.append(contentsOf: pieces[below(pieces.count)].utf8)
      }
    }
    return bytes
  }
}
