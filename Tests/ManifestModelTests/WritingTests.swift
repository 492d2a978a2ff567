import ManifestModel
import Testing

@Suite struct WritingTests {
  static func text(_ manifest: Manifest) -> String { String(decoding: ManifestCodec.encode(manifest), as: UTF8.self) }

  @Test("Texts are escaped as Python's json escapes them")
  func escapes() {
    var manifest = Manifest(asset: AssetIdentifier(name: "n", id: "i"))
    manifest.lastError = "\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F} ~\u{7F}\u{80}é\u{2028}中\u{FFFF}😀\u{10FFFF}"
    let expected =
      #""last_error": "\"\\/\b\f\n\r\t\u0000\u001f ~\u007f\u0080\u00e9\u2028\u4e2d\uffff\ud83d\ude00\udbff\udfff","#
    #expect(Self.text(manifest).contains(expected))
  }

  @Test("A manifest without anything has all keys but the time of writing, and no final newline")
  func minimal() {
    #expect(
      Self.text(Manifest(asset: AssetIdentifier(name: "n", id: "i"))) == """
        {
            "manifest_version": "1",
            "asset_name": "n",
            "asset_id": "i",
            "asset_signature": null,
            "last_materialized": null,
            "last_run": null,
            "last_status": "unknown",
            "last_error": null,
            "last_artifacts": []
        }
        """)
  }

  @Test("The catalog's own facts stand under data, behind the known keys and before the unknown ones")
  func runFacts() throws {
    var run = RunMetadata(id: "r", startedAt: Timestamp(microseconds: 0), durationMilliseconds: -5)
    run.status = .failed
    run.error = RunError(message: "m")
    run.artifacts = [
      ArtifactFacts(path: "p", bytes: 1, modified: Timestamp(microseconds: 1), rowCount: 0, sampledRows: 0),
      ArtifactFacts(path: "q"),
    ]
    run.unknownFields = [JSONField(key: "owner", rawValue: Array(#"{"a":[]}"#.utf8))]
    let written = ManifestCodec.encode(run)
    #expect(
      String(decoding: written, as: UTF8.self) == """
        {
            "__class__": "mad_prefect.data_assets.data_asset_run.DataAssetRun",
            "data": {
                "id": "r",
                "runtime": "1970-01-01T00:00:00Z",
                "materialized": null,
                "duration_miliseconds": -5,
                "asset_id": null,
                "asset_name": null,
                "asset_path": null,
                "parameters": null,
                "status": "failed",
                "error": {
                    "message": "m"
                },
                "artifacts": [
                    {
                        "path": "p",
                        "bytes": 1,
                        "modified": "1970-01-01T00:00:00.000001Z",
                        "row_count": 0,
                        "sampled_rows": 0
                    },
                    {
                        "path": "q"
                    }
                ],
                "owner": {
                    "a": []
                }
            }
        }
        """)
    let again = try ManifestCodec.decodeRunMetadata(written)
    #expect(again.error == run.error && again.artifacts == run.artifacts && again.status == run.status)
  }

  @Test("Unknown fields are printed anew, but numbers keep their spelling")
  func reprints() {
    var manifest = Manifest(asset: AssetIdentifier(name: "n", id: "i"))
    manifest.unknownFields = [
      JSONField(
        key: "ké",
        rawValue: Array(" { \"b\" : [ 1.50, 1E+2,-0,NaN , -Infinity ], \"a\":{ } ,\"b\":\"\\u00e9é\\/\" } ".utf8))
    ]
    #expect(
      Self.text(manifest).hasSuffix(
        """
            "last_artifacts": [],
            "k\\u00e9": {
                "b": "\\u00e9\\u00e9/",
                "a": {}
            }
        }
        """))
    manifest.unknownFields = [JSONField(key: "x", rawValue: Array("[1.50,1E+2,-0,NaN,-Infinity,[]]".utf8))]
    #expect(
      Self.text(manifest).hasSuffix(
        "\"x\": [\n        1.50,\n        1E+2,\n        -0,\n        NaN,\n        -Infinity,\n        []\n    ]\n}"))
  }

  @Test(
    "A field that would spoil the file is left out",
    arguments: [
      ("x", ""), ("x", " "), ("x", "1 2"), ("x", "{"), ("x", "\"a"), ("x", "\u{1}"), ("x", "'a'"),
      ("x", "1,\"asset_id\":2"),
      ("asset_id", "1"), ("updated_at", "1"), ("__class__", "\"x\""), ("__exc_type__", "\"x\""),
      ("x", String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)),
    ])
  func leavesOut(key: String, value: String) {
    var manifest = Manifest(asset: AssetIdentifier(name: "n", id: "i"))
    let without = Self.text(manifest)
    manifest.unknownFields = [JSONField(key: key, rawValue: Array(value.utf8))]
    #expect(Self.text(manifest) == without)
  }
}
