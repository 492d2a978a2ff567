import AssetCatalog
import CatalogTestSupport
import Glibc
import ManifestModel
import Testing

@Suite("The choice of a run under the lock of its asset")
struct RunChoiceTests {
  private let scratch: ScratchTree
  private let asset = AssetIdentifier(name: "bronze.orders", id: "a1")
  /// 2026-11-25T12:00:00Z
  private static let noon = Timestamp(microseconds: 1_795_608_000_000_000)
  private static let day: Int64 = 86_400_000_000

  init() throws {
    scratch = try ScratchTree()
  }

  private func catalog(_ change: (inout Catalog.Options) -> Void = { _ in }) throws -> Catalog {
    var options = Catalog.Options()
    options.reconciling = .never
    options.now = { Self.noon }
    change(&options)
    return try Catalog(root: scratch.root, options: options)
  }

  private static func ago(_ seconds: Int64) -> Timestamp { noon.advanced(byMilliseconds: -seconds * 1000) }

  /// Writes a run as mad_prefect does, with more members if they are given.
  private func write(_ run: String, began: String, _ members: String = "", ended: String? = nil, id: String = "a1")
    throws
  {
    let end = ended.map { "\"\($0)\"" } ?? "null"
    try scratch.write(
      #"{"id": "\#(run)", "runtime": "\#(began)", "materialized": \#(end)\#(members)}"#, to: .run(asset.name, id, run))
  }

  private func metadata(_ run: String) throws -> RunMetadata {
    try ManifestCodec.decodeRunMetadata(try #require(scratch.read(.run(asset.name, asset.id, run))))
  }

  // MARK: Unused ids

  @Test("takes the id if it is unused, else the first beside it that is")
  func unused() throws {
    let catalog = try catalog()
    var ids: [String] = []
    for _ in 0..<3 {
      var report = RunReport(.succeeded, of: asset, runID: "r")
      report.choice = .unused
      ids.append(try catalog.recordRun(report).runID)
    }
    #expect(ids == ["r", "r.2", "r.3"])
    // Also within one batch, and beside a file that cannot be read.
    try scratch.write("{", to: .run(asset.name, asset.id, "r.4"))
    var report = RunReport(.started, of: asset, runID: "r")
    report.choice = .unused
    let both = try catalog.recordRuns([report, report]).map { try $0.get().runID }
    #expect(both == ["r.5", "r.6"])
    #expect(try metadata("r.6").id == "r.6")
    #expect(scratch.read(.run(asset.name, asset.id, "r.4")) == Array("{".utf8))
  }

  @Test("takes another id where one beside a used one would be too long")
  func longest() throws {
    let catalog = try catalog()
    var report = RunReport(.started, of: asset, runID: String(repeating: "x", count: 242))
    report.choice = .unused
    #expect(try catalog.recordRun(report).runID == report.runID)
    #expect(try catalog.recordRun(report).runID.utf8.count == 32)
  }

  // MARK: Unfinished runs

  @Test("ends the newest run that has not ended, or the first since a time, and says when there is none")
  func unfinished() throws {
    try write("old", began: "2026-11-25T08:00:00Z")
    try write("a", began: "2026-11-25T10:00:00Z")
    try write("b", began: "2026-11-25T10:00:05Z")
    try write("done", began: "2026-11-25T11:00:00Z", ended: "2026-11-25T11:01:00Z")
    try write("failed", began: "2026-11-25T11:30:00Z", #", "status": "failed""#)
    let catalog = try catalog()
    let error = RunError(type: "KeyError", message: "'id'")
    let since = try #require(Timestamp("2026-11-25T09:59:59Z"))
    #expect(try catalog.failUnfinishedRun(of: asset, since: since, error: error).runID == "a")
    #expect(try metadata("a").error == error)
    #expect(try metadata("a").status == .failed)
    #expect(try catalog.failUnfinishedRun(of: asset, since: since, error: error).runID == "b")
    #expect(throws: CatalogError.self) { try catalog.failUnfinishedRun(of: asset, since: since, error: error) }
    #expect(try catalog.failUnfinishedRun(of: asset, error: error).runID == "old")
    let none = #expect(throws: CatalogError.self) { try catalog.failUnfinishedRun(of: asset, error: error) }
    #expect(none?.code == .noSuchRun)
    #expect(none?.message.contains("no run is unfinished") == true)
  }

  @Test("takes a run for ended of which only the manifest says that it failed")
  func failedInManifest() throws {
    try write("r1", began: "2026-11-25T10:00:00Z")
    try scratch.write(
      """
      {"asset_name": "bronze.orders", "asset_id": "a1", "last_status": "failed", "last_run": {"id": "r1", "metadata_path": "p"}}
      """, to: .manifest(asset.name, asset.id))
    let none = #expect(throws: CatalogError.self) {
      try catalog().failUnfinishedRun(of: asset, error: RunError(message: "m"))
    }
    #expect(none?.code == .noSuchRun)
  }

  @Test("finds the run among all the assets of a name")
  func anyID() throws {
    try write("x", began: "2026-11-25T10:00:00Z", id: "a1")
    try write("y", began: "2026-11-25T10:00:01Z", id: "a2")
    var report = RunReport(.failed(RunError(message: "m")), of: AssetIdentifier(name: asset.name, id: "-"), runID: "-")
    report.choice = .unfinished(since: nil)
    let catalog = try catalog()
    #expect(try catalog.recordUnfinishedRun(report).asset.id == "a2")
    #expect(try catalog.recordUnfinishedRun(report).runID == "x")
    for name in [asset.name, "nobody"] {
      report.asset = AssetIdentifier(name: name, id: "-")
      let none = #expect(throws: CatalogError.self) { try catalog.recordUnfinishedRun(report) }
      #expect(none?.code == .noSuchRun)
    }
  }

  // MARK: Runs that are under way

  private func isRefused(window: Int64 = day) throws -> Bool {
    var report = RunReport(.started, of: asset, runID: RunReport.makeRunID())
    report.runningWindowMicroseconds = window
    do {
      _ = try catalog().recordRun(report)
      try scratch.remove(.run(asset.name, asset.id, report.runID))
      return false
    } catch let error as CatalogError {
      #expect(error.code == .running)
      return true
    }
  }

  @Test(
    "refuses a beginning while a run is under way, by its heartbeats or by its age",
    arguments: [
      ("2026-11-25T11:59:00Z", nil, true), ("2026-11-24T12:00:01Z", nil, true), ("2026-11-24T12:00:00Z", nil, false),
      // Three intervals after the last heartbeat it is dead, however young; until then alive, however old.
      ("2026-11-25T11:50:00Z", ("2026-11-25T11:58:30Z", 30), false),
      ("2026-11-20T11:50:00Z", ("2026-11-25T11:58:31Z", 30), true),
      // Ahead of the clock by more than five minutes: nothing is proved, and the file was written at another time.
      ("2026-11-25T12:04:00Z", nil, true), ("2031-01-01T00:00:00Z", nil, false),
    ] as [(String, (String, Int)?, Bool)])
  func running(began: String, beat: (String, Int)?, isRunning: Bool) throws {
    let members = beat.map { #", "heartbeat_at": "\#($0.0)", "heartbeat_seconds": \#($0.1)"# } ?? ""
    try write("r1", began: began, members)
    // By the clock of the test, the file was written long ago.
    try setModified(.run(asset.name, asset.id, "r1"), to: Self.ago(2 * 86_400))
    #expect(try isRefused() == isRunning)
  }

  private func setModified(_ path: TreePath, to time: Timestamp) throws {
    let stamp = timespec(tv_sec: Int(time.microseconds / 1_000_000), tv_nsec: 0)
    let times = [stamp, stamp]
    try #require(utimensat(AT_FDCWD, scratch.absolute(path), times, 0) == 0)
  }

  @Test("takes a run without heartbeats for dead once one that began later has ended, and one with them not")
  func later() throws {
    try write("r1", began: "2026-11-25T11:00:00Z")
    try write("r2", began: "2026-11-25T11:10:00Z", ended: "2026-11-25T11:20:00Z")
    #expect(try !isRefused())
    try write("r1", began: "2026-11-25T11:00:00Z", #", "heartbeat_at": "2026-11-25T11:59:30Z""#)
    #expect(try isRefused())
  }

  // MARK: Times ahead

  @Test("refuses times more than five minutes ahead of the clock, unless they are allowed")
  func future() throws {
    let (fine, ahead) = (Self.ago(-300), Self.ago(-301))
    let events: [RunReport.Event] = [.started, .succeeded, .failed(RunError(message: "m"))]
    for event in events {
      try catalog().recordRun(RunReport(event, of: asset, runID: "r\(event)", startedAt: fine))
      for report in [
        RunReport(event, of: asset, runID: "s\(event)", startedAt: ahead),
        RunReport(event, of: asset, runID: "e\(event)", endedAt: ahead),
      ] {
        let error = #expect(throws: CatalogError.self) { try catalog().recordRun(report) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("ahead of the clock") == true)
        try catalog { $0.allowsFutureTimes = true }.recordRun(report)
      }
    }
    #expect(throws: CatalogError.self) { try catalog().heartbeat("rstarted", of: asset, at: ahead) }
  }

  @Test("takes colours out of an error, wherever they stand")
  func colours() throws {
    let red = "\u{1B}[31mE\u{1B}[0m"
    try catalog().finishRun("r1", of: asset, error: RunError(type: red, message: red + "x", traceback: red + "\nt"))
    #expect(try metadata("r1").error == RunError(type: "E", message: "Ex", traceback: "E\nt"))
  }
}
