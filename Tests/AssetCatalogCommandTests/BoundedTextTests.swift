import Foundation
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("What people read is bounded")
struct BoundedTextTests {
  @Test("where one of 200 assets has an error of a megabyte: tables are small, and other forms have all of it")
  func hugeError() throws {
    let scratch = try CommandScratch()
    let root = scratch.folder.appending(path: "many").path
    try FileManager.default.createDirectory(atPath: root + "/_asset_metadata", withIntermediateDirectories: true)
    let error = "Schema mismatch: " + String(repeating: "col_name varchar, ", count: 55_000)
    let lines = (0..<200).map { #"{"event":"failure","asset_name":"n\#($0)","asset_id":"a","error":"boom"}"# }
    #expect(
      try scratch.run(["record", "batch", "-", "--quiet", "--root", root], input: lines.joined(separator: "\n")).status
        == 0)
    let file = try scratch.file("error.txt", error)
    let recorded = try scratch.run(
      ["record", "failure", "--name", "huge", "--id", "x", "--run", "r", "--error-file", file, "--root", root])
    #expect(recorded.status == 0)
    // All of them print the beginning of the error.
    for arguments in [
      ["list"], ["failures"], ["query", "SELECT asset_name, last_error, run_count FROM assets"],
      ["query", "SELECT group_concat(error) AS everything FROM runs"],
    ] {
      let run = try scratch.run(arguments + ["--root", root])
      #expect(run.output.contains("Schema mismatch: col_name"), "\(arguments)")
      #expect(run.output.utf8.count < 201 * 400, "\(arguments)")
      let widest = run.output.split(separator: "\n").map { DisplayWidth.of(String($0)) }.max() ?? 0
      #expect(widest < 400)
      #expect(run.output.contains("…"))
    }
    for command in [["show", "huge"], ["runs", "huge"]] {
      #expect(try scratch.run(command + ["--root", root]).output.utf8.count < 10_000)
    }
    let json = try scratch.run(["list", "--format", "json", "--name", "huge", "--root", root]).rows()
    #expect(json[0]["last_error"] as? String == error)
    let csv = try scratch.run(["list", "--format", "csv", "--name", "huge", "--root", root])
    #expect(csv.output.contains(error))
  }

  @Test("a duration that a clock made negative is a negative one, and no part of the median")
  func negativeDuration() throws {
    let scratch = try CommandScratch()
    let root = scratch.folder.appending(path: "negative").path
    for (run, milliseconds) in [("r1", -10_000), ("r2", 3000)] {
      let folder = root + "/_asset_metadata/asset_name=neg/asset_id=x/asset_run_id=\(run)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let text = """
        {"__class__":"mad_prefect.data_assets.data_asset_run.DataAssetRun","data":{"id":"\(run)",\
        "runtime":"2026-11-2\(run.last!)T12:00:00Z","materialized":"2026-11-2\(run.last!)T12:00:01Z",\
        "duration_miliseconds":\(milliseconds),"asset_id":"x","asset_name":"neg","asset_path":"p","parameters":"{}"}}
        """
      try Data(text.utf8).write(to: URL(filePath: folder + "/metadata.json"))
    }
    let table = try scratch.run(["runs", "neg", "--root", root, "--now", CommandScratch.now])
    #expect(table.output.contains("  -10s  -\n"), "\(table.output)")
    #expect(table.output.contains("median 3s, 95th percentile 3s."))
    #expect(!table.output.contains("in 10s"))
    let json = try scratch.run(["runs", "neg", "--format", "json", "--root", root]).object()
    #expect((json["summary"] as? [String: Any])?["median_duration_ms"] as? Int == 3000)
    #expect((json["rows"] as? [[String: Any]])?.compactMap { $0["duration_ms"] as? Int } == [3000, -10_000])
  }

  @Test(
    "a duration has two units and a sign",
    arguments: [(-10_000_000, "-10s"), (0, "0s"), (-500, "-1ms"), (90_061_000_000, "1d 1h")])
  func durations(microseconds: Int, text: String) {
    #expect(HumanText.duration(microseconds: Int64(microseconds)) == text)
    #expect(Cell.milliseconds(.min).humanText == "-106751991d 4h")
  }

  @Test(
    "escape sequences are taken out whole",
    arguments: [
      ("\u{1B}[31mERROR\u{1B}[0m x", "ERROR x"), ("\u{1B}[38;5;196;1mred\u{1B}[m", "red"),
      ("a\u{1B}[2K\u{1B}[1Gb", "ab"), ("\u{1B}]0;title\u{7}after", "after"),
      ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\.", "link."), ("\u{9B}31mred\u{9B}0m", "red"),
      ("\u{1B}(Bplain\u{1B}=", "plain"), ("\u{1B}P1$q\u{9C}.", "."), ("é\u{A0}中 \u{C2}", "é\u{A0}中 \u{C2}"),
      // What is no whole sequence hides nothing.
      ("\u{1B}[31", "\u{1B}[31"), ("\u{1B}]0;title", "\u{1B}]0;title"), ("\u{1B}]0;a\nb\u{7}", "\u{1B}]0;a\nb\u{7}"),
      ("\u{1B}", "\u{1B}"), ("\u{1B}[\u{1B}[1mx", "\u{1B}[x"), ("\u{1B}[3é", "\u{1B}[3é"),
    ])
  func sequences(text: String, left: String) {
    #expect(text.withoutTerminalSequences == left)
  }
}
