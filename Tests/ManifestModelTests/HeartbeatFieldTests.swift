import ManifestModel
import Testing

@Suite("The heartbeat of a run")
struct HeartbeatFieldTests {
  private static func decoded(_ members: String) throws -> RunMetadata {
    try ManifestCodec.decodeRunMetadata(
      Array(
        #"{"__class__": "mad_prefect.data_assets.data_asset_run.DataAssetRun", "data": {"id": "r", \#(members)}}"#.utf8)
    )
  }

  /// 2026-11-25T21:22:32Z
  private static let beat = Timestamp(microseconds: 1_795_641_752_000_000)

  @Test(
    "stands under data, after the catalog's other facts and before what nobody knows, and is read as it was written")
  func place() throws {
    var run = RunMetadata(id: "r", startedAt: Timestamp(microseconds: 0))
    run.heartbeatAt = Self.beat
    run.heartbeatSeconds = 30
    run.unknownFields = [JSONField(key: "owner", rawValue: Array("1".utf8))]
    let written = ManifestCodec.encode(run)
    #expect(
      String(decoding: written, as: UTF8.self).hasSuffix(
        """
                "parameters": null,
                "heartbeat_at": "2026-11-25T21:22:32Z",
                "heartbeat_seconds": 30,
                "owner": 1
            }
        }
        """))
    let again = try ManifestCodec.decodeRunMetadata(written)
    #expect(again.heartbeatAt == Self.beat)
    #expect(again.heartbeatSeconds == 30)
    #expect(ManifestCodec.encode(again) == written)
  }

  @Test(
    "is ignored where its time is none, whatever the value is, and never makes the run invalid",
    arguments: ["null", "true", "[]", "{}", "\"soon\"", "\"\"", "1e400", "\"2026-11-25\\udcff\""])
  func badTime(value: String) throws {
    let run = try Self.decoded(#""heartbeat_at": \#(value), "heartbeat_seconds": 30"#)
    #expect(run.heartbeatAt == nil)
    #expect(run.heartbeatSeconds == nil)
    #expect(run.unknownFields.isEmpty)
  }

  @Test(
    "has the usual interval of 60 seconds where the interval is missing or makes no sense",
    arguments: ["null", "0", "-5", "31536001", "9223372036854775807", "1e300", "1.5", "\"often\"", "[60]", "{}"])
  func badInterval(value: String) throws {
    let run = try Self.decoded(#""heartbeat_seconds": \#(value), "heartbeat_at": "2026-11-25T21:22:32Z""#)
    #expect(run.heartbeatAt == Self.beat)
    #expect(run.heartbeatSeconds == 60)
    #expect(try Self.decoded(#""heartbeat_at": "2026-11-25T21:22:32Z""#).heartbeatSeconds == 60)
  }

  @Test("is read with any offset, in a time without one as UTC, and from an interval as text")
  func lenient() throws {
    for text in ["2026-11-25T23:22:32+02:00", "2026-11-25 21:22:32", "2026-11-25T21:22:32"] {
      let run = try Self.decoded(#""heartbeat_at": "\#(text)", "heartbeat_seconds": "90""#)
      #expect(run.heartbeatAt == Self.beat)
      #expect(run.heartbeatSeconds == 90)
    }
  }
}
