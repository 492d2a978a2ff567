import ManifestModel
import Testing

@Suite struct IdentityTests {
  @Test("Two spellings of a letter are two assets")
  func comparesBytes() {
    let composed = AssetIdentifier(name: "é", id: "a")
    let decomposed = AssetIdentifier(name: "e\u{301}", id: "a")
    #expect(composed.name == decomposed.name, "Swift's String merges them")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(decomposed < composed, "0x65 comes before 0xC3")
    #expect(AssetIdentifier(name: "a", id: "é") != AssetIdentifier(name: "a", id: "e\u{301}"))
  }

  @Test("Name and id do not run into each other")
  func separatesParts() {
    let assets = [("ab", "c"), ("a", "bc"), ("", "abc"), ("abc", ""), ("a\0b", "c"), ("a", "\0bc")].map {
      AssetIdentifier(name: $0.0, id: $0.1)
    }
    #expect(Set(assets).count == assets.count)
    #expect(Set(assets.map(\.hashValue)).count == assets.count)
  }

  @Test("Assets are ordered by the bytes of the name, then of the id")
  func orders() {
    let ordered = [
      ("A", "z"), ("a", ""), ("a", "a"), ("a", "b"), ("a.b", "a"), ("aa", "a"), ("z", "a"), ("\u{7F}", "a"), ("é", "a"),
      ("中", "a"), ("😀", "a"),
    ].map {
      AssetIdentifier(name: $0.0, id: $0.1)
    }
    #expect(ordered.reversed().sorted() == ordered)
    for (index, asset) in ordered.enumerated() {
      #expect(ordered.indices.filter { ordered[$0] < asset } == Array(0..<index))
    }
  }

  @Test("A difference counts wherever it stands", arguments: 0..<40)
  func findsDifferences(place: Int) {
    let bytes = (0..<40).map { UInt8(ascii: "a") + UInt8($0 % 20) }
    var larger = bytes
    larger[place] += 1
    // What follows the first difference does not matter.
    if place + 1 < larger.count { larger[place + 1] = UInt8(ascii: "A") }
    let names = [bytes, larger, Array(bytes.prefix(place))].map { String(decoding: $0, as: UTF8.self) }
    let (one, other, prefix) = (
      AssetIdentifier(name: names[0], id: "i"), AssetIdentifier(name: names[1], id: "i"),
      AssetIdentifier(name: names[2], id: "i")
    )
    #expect(one != other && one < other && !(other < one))
    #expect(prefix != one && prefix < one && !(one < prefix))
    #expect(AssetIdentifier(name: "n", id: names[0]) < AssetIdentifier(name: "n", id: names[1]))
  }

  @Test("Equal identifiers hash alike, however their strings are stored")
  func hashesAlike() {
    let long = String(repeating: "é-name ", count: 40)
    let slice = String(("x" + long).dropFirst())
    #expect(AssetIdentifier(name: long, id: long).hashValue == AssetIdentifier(name: slice, id: slice).hashValue)
    #expect(AssetIdentifier(name: long, id: "") == AssetIdentifier(name: slice, id: ""))
  }
}

@Suite struct MetadataLayoutTests {
  let asset = AssetIdentifier(name: "bronze.orders", id: "c0ffee")

  @Test("Paths are those of mad_prefect")
  func buildsPaths() {
    let layout = MetadataLayout()
    #expect(layout.assetPath(asset) == "_asset_metadata/asset_name=bronze.orders/asset_id=c0ffee")
    #expect(layout.manifestPath(asset) == "_asset_metadata/asset_name=bronze.orders/asset_id=c0ffee/manifest.json")
    #expect(
      layout.runPath(asset, runID: "r1") == "_asset_metadata/asset_name=bronze.orders/asset_id=c0ffee/asset_run_id=r1")
    #expect(
      MetadataLayout(folder: "meta/data").runMetadataPath(asset, runID: "r1")
        == "meta/data/asset_name=bronze.orders/asset_id=c0ffee/asset_run_id=r1/metadata.json")
  }

  enum Reading: Equatable { case value([UInt8]), invalid, foreign }

  static func read(_ entry: [UInt8], _ parse: (UnsafeRawBufferPointer) -> MetadataLayout.Component) -> Reading {
    switch entry.withUnsafeBytes(parse) {
    case .value(let text): .value(Array(text.utf8))
    case .invalid: .invalid
    case .foreign: .foreign
    }
  }

  @Test(
    "A directory entry is read back as what it was built from",
    arguments: ["a", "a.b", "asset_name=x", "=", " ", "...", "e\u{301}", "é", "😀", "{x}", "a\nb"])
  func readsEntries(text: String) {
    #expect(
      Self.read(Array(MetadataLayout.component(forName: text).utf8), MetadataLayout.assetName)
        == .value(Array(text.utf8)))
    #expect(
      Self.read(Array(MetadataLayout.component(forID: text).utf8), MetadataLayout.assetID) == .value(Array(text.utf8)))
    #expect(
      Self.read(Array(MetadataLayout.component(forRunID: text).utf8), MetadataLayout.runID) == .value(Array(text.utf8)))
  }

  @Test("An entry without the prefix is foreign, one with a bad rest is invalid")
  func refusesEntries() {
    for entry in ["", "x", "asset_nam", "asset_name", "ASSET_NAME=x", " asset_name=x", "asset_id=x", "asset_run_id=x"] {
      #expect(Self.read(Array(entry.utf8), MetadataLayout.assetName) == .foreign)
    }
    for rest: [UInt8] in [
      [], [0x2E], [0x2E, 0x2E], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x61, 0], [0x61, 0x2F, 0x62],
    ] {
      #expect(Self.read(Array("asset_name=".utf8) + rest, MetadataLayout.assetName) == .invalid)
      #expect(Self.read(Array("asset_run_id=".utf8) + rest, MetadataLayout.runID) == .invalid)
    }
  }

  @Test("A name is one path component")
  func validComponents() {
    for text in ["a", ".a", "...", "-", " ", "\n", "\\", "é"] { #expect(MetadataLayout.isValidComponent(text)) }
    for text in ["", ".", "..", "a/b", "/", "a\0", "\0"] { #expect(!MetadataLayout.isValidComponent(text)) }
  }

  @Test(
    "Names are sanitized as mad_prefect sanitizes them",
    arguments: [
      ("bronze.orders {region}", "bronze.orders_{region}"), ("a/b", "a_b"), ("é", "_"), ("e\u{301}", "e_"),
      ("中文", "__"), ("😀", "_"),
      ("A-Z_0.9", "A-Z_0.9"), ("\r\n", "__"), ("", ""), ("a b\tc", "a_b_c"),
    ])
  func sanitizes(name: String, sanitized: String) {
    #expect(Array(MetadataLayout.sanitize(name: name).utf8) == Array(sanitized.utf8))
  }
}
