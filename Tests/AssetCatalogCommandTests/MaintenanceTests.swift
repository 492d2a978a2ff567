import Foundation
import Glibc
import Testing

@Suite("Maintenance, from the command line")
struct MaintenanceTests {
  @Test("reconcile and rebuild print what they did, in the agreed keys", arguments: ["reconcile", "rebuild"])
  func keys(command: String) throws {
    let scratch = try CommandScratch()
    let run = try scratch.run(command, "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    let object = try run.object()
    #expect(Set(object.keys) == ["added", "changed", "removed", "unchanged", "problems", "files_read", "seconds"])
    #expect(object["added"] as? Int == 31)
    let sentence = try scratch.run(command)
    #expect(sentence.output.hasPrefix("0 assets added, ") || command == "rebuild")
    #expect(sentence.output.count { $0.isNewline } == 1)
    #expect(try scratch.run(command, "--quiet").output.isEmpty)
  }

  @Test("a dry run says what would be done and does nothing")
  func dryRun() throws {
    let scratch = try CommandScratch(.copy)
    let plan = try scratch.run("reconcile", "--dry-run", "--format", "json").object()
    #expect((plan["planned"] as? [[String: Any]])?.isEmpty == false)
    #expect(!FileManager.default.fileExists(atPath: scratch.metadata.appending(path: ".index").path))
    let check = try scratch.run("check")
    #expect(check.status == 74)
    #expect(check.errors.contains("There is no index"))
    _ = try scratch.run("reconcile")
    #expect(try scratch.run("reconcile", "--dry-run", "--format", "csv").output.hasPrefix("action,path\r\n"))
  }

  @Test("check finds what changed behind the index's back, and changes nothing")
  func check() throws {
    let scratch = try CommandScratch(.copy)
    _ = try scratch.run("reconcile")
    let agreed = try scratch.run("check")
    #expect(agreed.status == 0, "\(agreed.output)")
    #expect(agreed.output.hasPrefix("Tree and index agree.\n"))
    // Agreement does not say that all is well.
    #expect(agreed.output.contains("cannot be read: see"))
    let manifest = scratch.metadata.appending(path: "asset_name=drift.signature/asset_id=a1/manifest.json")
    let text = try String(contentsOf: manifest, encoding: .utf8)
    try text.replacing("sig-new", with: "sig-newer").write(to: manifest, atomically: false, encoding: .utf8)
    for _ in 0..<2 {
      let differing = try scratch.run("check", "--format", "json")
      #expect(differing.status == 1)
      let rows = try differing.rows()
      #expect(rows.count == 1)
      #expect(
        (rows.first?["path"] as? String)?.hasSuffix("asset_name=drift.signature/asset_id=a1/manifest.json") == true)
      #expect(rows.first?["kind"] as? String == "stale")
    }
  }

  @Test("a question sees what changed, unless it is told not to look")
  func reconciling() throws {
    let scratch = try CommandScratch(.copy)
    func count(_ extra: String...) throws -> Int {
      try scratch.run(["list", "--format", "json", "--root", scratch.root.path] + extra).rows().count
    }
    #expect(try count() == 31)
    try FileManager.default.removeItem(at: scratch.metadata.appending(path: "asset_name=gold.kpi"))
    #expect(try count("--no-reconcile") == 31)
    #expect(try count("--max-lag", "1h") == 31)
    #expect(try count() == 30)
  }

  @Test("a damaged index is replaced with a warning, and the answer is the same")
  func damagedIndex() throws {
    let scratch = try CommandScratch()
    let index = try scratch.file("index.sqlite", "")
    #expect(try scratch.run("list", "--index", index).status == 0)
    try FileManager.default.removeItem(atPath: index)
    let noise = String(repeating: "this is no database ", count: 1000)
    _ = try scratch.file("index.sqlite", noise)
    let run = try scratch.run("list", "--index", index, "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.hasPrefix("asset-catalog: "))
    #expect(run.errors.contains("\(index).damaged-1"))
    #expect(try String(contentsOfFile: index + ".damaged-1", encoding: .utf8) == noise)
    #expect(try run.rows().count == 31)
    let quiet = try scratch.run("list", "--index", index, "--quiet")
    #expect(quiet.status == 0)
    #expect(quiet.errors.isEmpty)
  }

  @Test("noise within the index is found by check and repaired by the next question")
  func noise() throws {
    let scratch = try CommandScratch()
    _ = try scratch.run("reconcile")
    let database = scratch.folder.appending(path: "catalog-1.sqlite")
    var bytes = try Data(contentsOf: database)
    try #require(bytes.count > 12 * 4096)
    bytes.replaceSubrange(4 * 4096..<12 * 4096, with: Data(repeating: 0x5A, count: 8 * 4096))
    try bytes.write(to: database)
    for ending in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(at: scratch.folder.appending(path: "catalog-1.sqlite\(ending)"))
    }
    let check = try scratch.run("check", "--format", "json")
    #expect(check.status == 1, "\(check.errors)")
    let findings = try check.rows()
    #expect(!findings.isEmpty)
    for finding in findings {
      #expect(finding["kind"] as? String == "damaged")
      #expect((finding["message"] as? String)?.contains("\n") == false)
    }
    let unrepaired = try scratch.run("list", "--no-reconcile")
    #expect(unrepaired.status == 74)
    #expect(unrepaired.errors.contains("rebuild it with 'asset-catalog rebuild'"))
    let repaired = try scratch.run("list", "--format", "json")
    #expect(repaired.status == 0)
    #expect(try repaired.rows().count == 31)
    #expect(
      repaired.errors.contains("it was re") && !repaired.errors.contains("'asset-catalog rebuild'"),
      "\(repaired.errors)")
    #expect(try scratch.run("check").status == 0)
  }

  @Test("while another is at work, --no-wait ends with 75", arguments: ["reconcile", "rebuild"])
  func busy(command: String) throws {
    let scratch = try CommandScratch()
    let lock = open(scratch.folder.appending(path: "catalog.lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    try #require(lock >= 0)
    defer { close(lock) }
    try #require(flock(lock, LOCK_EX) == 0)
    let run = try scratch.run(command, "--no-wait")
    #expect(run.status == 75)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasSuffix("try again.\n"))
  }

  @Test("the environment gives root, folder and index, and options go before it")
  func environment() throws {
    let scratch = try CommandScratch(.copy)
    let index = scratch.folder.appending(path: "elsewhere.sqlite").path
    let other = scratch.root.appending(path: "other")
    try FileManager.default.moveItem(at: scratch.metadata, to: other)
    let environment = [
      "FILESYSTEM_URL": "file://\(scratch.root.path)", "ASSET_METADATA_LOCATION": "other", "ASSET_CATALOG_INDEX": index,
    ]
    let run = try scratch.run(["status", "--format", "json"], environment: environment)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.rows().first?["assets"] as? Int == 31)
    #expect(try run.rows().first?["index"] as? String == index)
    #expect(!FileManager.default.fileExists(atPath: other.appending(path: ".index").path))
    #expect(try scratch.run(["--metadata", "nope", "status"], environment: environment).status == 66)
  }

  @Test("hostile names in the tree are shown, not obeyed")
  func hostileNames() throws {
    let scratch = try CommandScratch(.copy)
    let name = "evil\u{1B}[2J\n\u{202E}=cmd"
    let run = scratch.metadata.appending(path: "asset_name=\(name)/asset_id==1+1/asset_run_id=r1")
    try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
    try Data(#"{"id": "r1", "runtime": "2026-11-23T10:00:00Z", "materialized": null}"#.utf8)
      .write(to: run.appending(path: "metadata.json"))
    _ = try scratch.run("reconcile")
    for form in ["table", "json", "ndjson", "csv"] {
      for command in ["list", "freshness", "problems"] {
        let answer = try scratch.run(command, "--format", form, "--no-reconcile")
        #expect(answer.complaints.isEmpty)
        #expect(!answer.output.unicodeScalars.contains { isHazardous($0) && !["\n", "\r"].contains($0) })
        if command == "list" { #expect(answer.output.contains("evil")) }
      }
    }
    #expect(try scratch.run("show", name, "--format", "json", "--no-reconcile").rows().count == 1)
  }

  @Test("a reader that goes away ends the program quietly")
  func brokenPipe() throws {
    let scratch = try CommandScratch()
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [
      "-c", #"exec 3>&1; "$@" 2>&3 | true; echo "${PIPESTATUS[0]}""#, "bash", try CommandScratch.program(), "query",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i FROM n", "--format",
      "ndjson",
      "--timeout", "1h", "--root", scratch.root.path,
    ]
    process.environment = scratch.environment
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let said = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(said == "141\n")
  }
}

@Suite("Help")
struct HelpTests {
  static let commands = [
    "status", "freshness", "stale", "failures", "list", "show", "runs", "artifacts", "drift", "schema-changes",
    "problems", "query", "due", "slo", "slow", "reconcile", "rebuild", "check", "repair", "prune",
  ]

  @Test("of every command has examples, exit statuses and the options of every command", arguments: commands)
  func command(name: String) throws {
    let scratch = try CommandScratch()
    let run = try scratch.run([name, "--help"])
    #expect(run.status == 0)
    for part in [
      "EXAMPLES:\n  asset-catalog \(name)", "EXIT STATUS:\n  0   done", "  75  busy", "--root", "--metadata", "--index",
      "--now",
      "--quiet", "--verbose", "--format",
    ] {
      #expect(run.output.contains(part), "\(part)")
    }
  }

  @Test("of the program names every command, and 'help' is another way to it")
  func overview() throws {
    let scratch = try CommandScratch()
    #expect(try scratch.run(["help", "runs"]).output == scratch.run(["runs", "--help"]).output)
    let run = try scratch.run(["--help"])
    #expect(run.status == 0)
    for name in Self.commands { #expect(run.output.contains("\n  \(name) "), "\(name)") }
  }

  @Test("prints the version and completions for each shell")
  func version() throws {
    let scratch = try CommandScratch()
    #expect(try scratch.run(["--version"]).output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    for shell in ["bash", "zsh", "fish"] {
      let run = try scratch.run(["--generate-completion-script", shell])
      #expect(run.status == 0)
      #expect(run.output.contains("reconcile"))
    }
  }
}
