import ManifestModel
import Testing

@Suite struct StrictReadingTests {
  static let minimal = #"{"asset_name": "n", "asset_id": "i", "#

  static func decode(_ members: String) throws(ManifestDecodingError) -> Manifest {
    try ManifestCodec.decodeManifest(Array((minimal + members + "}").utf8))
  }

  static func nested(_ levels: Int, _ opening: String = "[") -> String {
    let closing = opening == "[" ? "]" : "}"
    return String(repeating: opening, count: levels) + "1" + String(repeating: closing, count: levels)
  }

  @Test("Containers nest a thousand levels, and more is beyond a limit, not damage", arguments: ["[", #"{"k":"#])
  func nesting(opening: String) throws {
    // The manifest itself is the first level.
    for levels in [63, 64, 65, 127, 128, 129, 999] {
      #expect(try Self.decode(#""x": "# + Self.nested(levels, opening)).unknownFields.count == 1)
    }
    for levels in [1_000, 100_000] {
      let error = #expect(throws: ManifestDecodingError.self) {
        try Self.decode(#""x": "# + Self.nested(levels, opening))
      }
      #expect(error?.kind == .tooLarge)
      #expect(error?.isDamage == false)
    }
    #expect(throws: ManifestDecodingError.self) {
      try ManifestCodec.decodeManifest(Array(String(repeating: opening, count: 1_000_000).utf8))
    }
  }

  @Test("In a deep value a bracket of the wrong kind is found at every level")
  func wrongBracket() throws {
    let value = Array(Self.nested(200).utf8)
    for index in value.indices where value[index] == UInt8(ascii: "]") {
      var wrong = value
      wrong[index] = UInt8(ascii: "}")
      let text = String(decoding: wrong, as: UTF8.self)
      let error = #expect(throws: ManifestDecodingError.self) { try Self.decode(#""x": "# + text) }
      #expect(error?.kind == .invalidJSON)
    }
    let mixed =
      String(repeating: #"[{"a":[0],"b":"#, count: 150) + "{}" + String(repeating: ",\"c\":[]},1]", count: 150)
    #expect(try Self.decode(#""x": "# + mixed).unknownFields.count == 1)
  }

  @Test(
    "What an unknown field brought along survives at the deepest level too, byte for byte", arguments: [63, 64, 999])
  func deepFieldSurvives(levels: Int) throws {
    let value = "[ \"é\", " + Self.nested(levels - 1) + ", 1.50]"
    let manifest = try Self.decode(#""x": "# + value)
    let written = ManifestCodec.encode(manifest)
    let again = try ManifestCodec.decodeManifest(written)
    #expect(again.unknownFields.count == 1)
    if levels > 63 { #expect(again.unknownFields.first?.rawValue == Array(value.utf8)) }
    #expect(ManifestCodec.encode(again) == written)
  }

  @Test("A long value is not made longer by indentation")
  func longField() throws {
    let value =
      String(repeating: "[", count: 60) + Array(repeating: "1", count: 100_000).joined(separator: ",")
      + String(repeating: "]", count: 60)
    let written = ManifestCodec.encode(try Self.decode(#""x": "# + value))
    #expect(written.count < value.utf8.count + 1_000)
    #expect(try ManifestCodec.decodeManifest(written).unknownFields.first?.rawValue == Array(value.utf8))
  }

  @Test(
    "What is wrong is said in one sentence, with the place or the field",
    arguments: [
      ("", "The file is empty."),
      ("{", "The file ends after 1 bytes, in mid-document."),
      ("\u{FEFF}{}", "Line 1, byte 1 of the file: a byte-order mark, or another encoding than UTF-8."),
      ("{\n \"a\": tru,\n}", "Line 2, byte 9 of the file: no JSON value where one must be."),
      ("{\"a\": 1,}", "Line 1, byte 9 of the file: no key in quotation marks where one must be."),
      ("{} {}", "Line 1, byte 4 of the file: more text after the end of the document."),
      ("{\"a\": \"\u{1}\"}", "Line 1, byte 8 of the file: a control character in a string."),
      ("[]", "The document must be an object, but is an array."),
      ("{}", "The field asset_name must be a text, but is missing."),
      (minimal + #""last_error": 1}"#, "The field last_error must be a text or null, but is a number."),
      (minimal + #""last_run": {"id": null}}"#, "The field last_run.id must be a text, but is null."),
      (
        minimal + #""updated_at": "2024-01-02T00:00:00"}"#,
        "The field updated_at must be a time with an offset, but is one without."
      ),
      (minimal + #""updated_at": null}"#, "The field updated_at must be a time with an offset, but is null."),
      (
        minimal + #""last_artifacts": ["a", true]}"#,
        "The field last_artifacts must be an array of texts, but is an array that holds a boolean."
      ),
      (
        minimal + #""last_status": "running"}"#,
        "The field last_status must be success, failed or unknown, but is another text."
      ),
      (minimal + #""manifest_version": 1}"#, "The field manifest_version must be \"1\", but is a number."),
      (
        #"{"__class__": "os.system", "data": {}}"#,
        "The document must be of the class mad_prefect.data_assets.asset_metadata.AssetManifest, but is of another."
      ),
    ])
  func messages(document: String, message: String) {
    let error = #expect(throws: ManifestDecodingError.self) { try ManifestCodec.decodeManifest(Array(document.utf8)) }
    #expect(error?.message == message)
  }

  @Test(
    "A syntax error behind a wrong field is still a syntax error, as a wrong field behind a good one is no longer wrong"
  )
  func lastOfEqualKeys() throws {
    #expect(throws: ManifestDecodingError.self) { try Self.decode(#""last_error": 1, "last_error": "x", }"#) }
    #expect(try Self.decode(#""last_error": 1, "last\u005ferror": "x""#).lastError == "x")
    #expect(throws: ManifestDecodingError.self) { try Self.decode(#""last_error": "x", "last_error": 1"#) }
    let run = try Self.decode(
      #""last_run": {"id": "a", "metadata_path": "p", "artifact_paths": ["x"]}, "last_run": {"id": "b", "metadata_path": "q"}"#
    ).lastRun
    #expect(run?.id == "b" && run?.artifactPaths == [])
  }

  @Test("A lone surrogate in a value is replaced and noted; in an unknown field it survives a rewrite")
  func surrogates() throws {
    let manifest = try Self.decode(#""last_error": "a\ud83d\ud83d\ude00\ude00", "x\ud800": "\udfff", "x\ud801": 1"#)
    #expect(manifest.lastError == "a\u{FFFD}😀\u{FFFD}")
    #expect(manifest.isLossy)
    #expect(manifest.unknownFields.map(\.key) == ["x\u{FFFD}", "x\u{FFFD}"])
    let written = String(decoding: ManifestCodec.encode(manifest), as: UTF8.self)
    #expect(written.contains(#""x\ud800": "\udfff","#))
    #expect(written.contains(#""x\ud801": 1"#))
    let clean = try Self.decode(#""last_error": "\ud800", "last_error": "x", "y": "\ud800""#)
    #expect(!clean.isLossy)
  }

  @Test("Unknown fields are kept only when asked for, and the last of two equal keys wins in the first one's place")
  func unknownFields() throws {
    let members = #""b": [1.50], "a": 1, "last_run": {"id": "r", "metadata_path": "p", "z": {}}, "b": 1E400"#
    let manifest = try Self.decode(members)
    #expect(
      manifest.unknownFields.map { "\($0.key)=\(String(decoding: $0.rawValue, as: UTF8.self))" } == ["b=1E400", "a=1"])
    #expect(manifest.lastRun?.unknownFields.map(\.key) == ["z"])
    let bare = try ManifestCodec.decodeManifest(Array((Self.minimal + members + "}").utf8), keepingUnknownFields: false)
    #expect(bare.unknownFields.isEmpty && bare.lastRun?.unknownFields.isEmpty == true)
  }

  @Test("Many unknown fields with equal keys are told apart in linear time")
  func manyUnknownFields() throws {
    let members = (0..<60_000).map { #""k\#($0 % 30_000)": \#($0)"# }.joined(separator: ",")
    let manifest = try Self.decode(members)
    #expect(manifest.unknownFields.count == 30_000)
    #expect(manifest.unknownFields.first.map { Array("30000".utf8) == $0.rawValue } == true)
  }

  @Test("Keys are compared by bytes, not as Swift compares strings")
  func keysAreBytes() throws {
    let manifest = try Self.decode("\"é\": 1, \"e\u{301}\": 2")
    #expect(manifest.unknownFields.count == 2)
  }
}
