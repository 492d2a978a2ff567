import Foundation
import Glibc
import ManifestModel
import Synchronization
import Testing

@testable import AssetCatalogCommand

/// Many processes at once, and processes that die. `ASSET_CATALOG_SOAK=1` in the environment asks for the long forms.
@Suite("Recording under stress", .serialized)
struct RecordSoakTests {
  private static let assets = 8

  private static func report(_ process: Int, _ record: Int) -> (line: String, asset: Int, run: String) {
    let (asset, run) = ((process + record) % assets, "p\(process)-\(record)")
    let end =
      isFailure(record)
      ? #""event":"failure","error":{"type":"E","message":"\#(run)"}"# : #""event":"success","artifacts":["\#(run)"]"#
    return (#"{\#(end),"asset_name":"soak","asset_id":"\#(asset)","run_id":"\#(run)"}"#, asset, run)
  }

  private static func isFailure(_ record: Int) -> Bool { record % 5 == 3 }

  private func manifest(of asset: Int, in scratch: RecordingScratch) throws -> Manifest? {
    let path = "\(scratch.root)/_asset_metadata/asset_name=soak/asset_id=\(asset)/manifest.json"
    return try FileManager.default.contents(atPath: path).map { try ManifestCodec.decodeManifest([UInt8]($0)) }
  }

  private func metadata(of run: String, _ asset: Int, in scratch: RecordingScratch) throws -> RunMetadata? {
    let path = "\(scratch.root)/_asset_metadata/asset_name=soak/asset_id=\(asset)/asset_run_id=\(run)/metadata.json"
    return try FileManager.default.contents(atPath: path).map { try ManifestCodec.decodeRunMetadata([UInt8]($0)) }
  }

  /// A reconcile must leave what a rebuild leaves, and so must the records themselves, if each of them came to the
  /// index.
  ///
  /// - Parameter isMirrored: whether they did.
  private func expectIndexEqualsRebuild(_ scratch: RecordingScratch, isMirrored: Bool = false) throws {
    let mirrored = try scratch.index()
    try scratch.run("reconcile")
    let found = try scratch.index()
    #expect(try scratch.run("check").output.contains("agree"))
    try scratch.run("rebuild")
    let rebuilt = try scratch.index()
    #expect(found == rebuilt)
    if isMirrored { #expect(mirrored == rebuilt) }
    #expect(found[0].contains("soak"))
  }

  // MARK: Many at once

  /// Lets many processes record at once, while somebody reads every manifest over and over.
  ///
  /// - Parameters:
  ///   - line: what a process says in its n-th line.
  ///   - isExpected: whether an answer that is no success may be.
  /// - Returns: whether no process said that a record has not come to the index.
  private func recordAtOnce(
    _ processes: Int, _ records: Int, in scratch: RecordingScratch,
    line: @escaping @Sendable (_ process: Int, _ record: Int) -> String,
    isExpected: @escaping @Sendable (String) -> Bool = { _ in false }
  ) throws -> Bool {
    let state = SoakState()
    let said = "\(scratch.root)/said"
    // Each process writes its sentences to the end of one file.
    let errors = FileHandle(
      fileDescriptor: open(said, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600), closeOnDealloc: true)
    let readers = DispatchGroup()
    readers.enter()
    Thread.detachNewThread {
      while !state.isOver {
        for asset in 0..<Self.assets {
          do {
            guard let manifest = try manifest(of: asset, in: scratch) else { continue }
            let run = manifest.lastRun?.id ?? ""
            if try metadata(of: run, asset, in: scratch) == nil { state.fail("the run \(run) is named but not there") }
          } catch {
            state.fail("\(asset): \(error)")
          }
          state.countRead()
        }
      }
      readers.leave()
    }
    let writers = DispatchGroup()
    for process in 0..<processes {
      writers.enter()
      Thread.detachNewThread {
        defer { writers.leave() }
        do {
          let batch = try BatchProcess(scratch, errors: errors)
          var refusals = 0
          for record in 0..<records {
            batch.send(line(process, record))
            let answer = batch.answer() ?? "no answer"
            if answer.contains(#""recorded":true"#) { continue }
            refusals += 1
            if !isExpected(answer) { state.fail(answer) }
          }
          let status = batch.finish()
          if (status == 0) != (refusals == 0) { state.fail("a process ended with \(status)") }
        } catch {
          state.fail("\(error)")
        }
      }
    }
    writers.wait()
    state.end()
    readers.wait()
    #expect(state.failures == [])
    #expect(state.reads > 0)
    #expect(scratch.drafts == [])
    return !(try String(contentsOfFile: said, encoding: .utf8)).contains("The record is safe")
  }

  @Test("16 processes that record runs of 8 assets lose nothing, and nobody ever sees a manifest that does not parse")
  func processes() throws {
    let scratch = try RecordingScratch()
    try scratch.run("reconcile")
    let (processes, records) = (16, RecordingScratch.isLong ? 500 : 30)
    let isMirrored = try recordAtOnce(processes, records, in: scratch, line: { Self.report($0, $1).line })

    // Whichever process came last to an asset: its last run there is what the manifest tells of.
    var last: [Int: Set<String>] = [:]
    for process in 0..<processes {
      for record in 0..<records {
        let (_, asset, run) = Self.report(process, record)
        let found = try #require(try metadata(of: run, asset, in: scratch), "\(run) is lost")
        #expect(found.id == run)
        #expect((found.materialized == nil) == Self.isFailure(record))
        if record + Self.assets >= records { last[asset, default: []].insert(run) }
      }
    }
    for asset in 0..<Self.assets {
      #expect(last[asset]?.contains(try manifest(of: asset, in: scratch)?.lastRun?.id ?? "") == true)
    }
    try expectIndexEqualsRebuild(scratch, isMirrored: isMirrored)
  }

  @Test("processes that report the same runs again and again agree in the end, and no success is undone by a beginning")
  func sharedRuns() throws {
    let scratch = try RecordingScratch()
    try scratch.run("reconcile")
    let isMirrored = try recordAtOnce(
      8, RecordingScratch.isLong ? 300 : 24, in: scratch,
      line: { process, record in
        let event = [#""start""#, #""failure","error":{"message":"no"}"#, #""success","artifacts":["x"]"#]
        let run = "r\(record / 6 % 3)"
        return
          #"{"event":\#(event[(process + record) % 3]),"asset_name":"soak","asset_id":"\#(record % 2)","run_id":"\#(run)"}"#
      }, isExpected: { $0.contains("has succeeded already") })
    for asset in 0..<2 {
      let manifest = try #require(try manifest(of: asset, in: scratch))
      let run = try #require(manifest.lastRun)
      let found = try #require(try metadata(of: run.id, asset, in: scratch))
      // The beginning of a run that failed comes after the manifest, which keeps what was.
      if found.status != nil { #expect((found.materialized == nil) == (manifest.lastStatus == .failed)) }
      #expect(manifest.lastMaterialized != nil)
    }
    try expectIndexEqualsRebuild(scratch, isMirrored: isMirrored)
  }

  // MARK: Sudden ends

  @Test(
    "a process that is killed at any moment leaves documents that parse, and everything that it said it had recorded")
  func kills() throws {
    let scratch = try RecordingScratch()
    try scratch.run("reconcile")
    var random = SeededRandom(seed: 20_240_611)
    var acknowledged: [(asset: Int, run: String)] = []
    let trials = RecordingScratch.isLong ? 300 : 40
    for trial in 0..<trials {
      let delay = UInt32.random(in: 0...60_000, using: &random)
      if trial % 3 == 0 {
        // One record in one process: it has been made once the process ends with 0.
        let asset = trial % Self.assets
        let process = try scratch.process([
          "record", "success", "--name", "soak", "--id", "\(asset)", "--run", "k\(trial)", "--artifact", "a",
        ])
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        usleep(delay)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        if process.terminationReason == .exit {
          #expect(process.terminationStatus == 0)
          acknowledged.append((asset, "k\(trial)"))
        }
      } else {
        // Alternately one line at a time, and many at once; what was answered has been recorded.
        let batch = try BatchProcess(scratch)
        let lines = (0..<(trial % 3 == 1 ? 1 : 60)).map { Self.report(1000 + trial, $0) }
        batch.send(lines.map(\.line).joined(separator: "\n"))
        usleep(delay)
        kill(batch.process.processIdentifier, SIGKILL)
        for line in lines {
          guard let answer = batch.answer(), answer.hasSuffix("}") else { break }
          #expect(answer.contains(#""recorded":true"#))
          acknowledged.append((line.asset, line.run))
        }
        _ = batch.finish()
      }
      #expect(scratch.unreadable() == [])
    }
    for (asset, run) in acknowledged {
      #expect(try metadata(of: run, asset, in: scratch)?.status != nil, "\(run) was recorded and is lost")
    }
    #expect(!acknowledged.isEmpty)
    try expectIndexEqualsRebuild(scratch)

    // What the dead left behind goes with the first reconcile that finds it an hour old, and not before.
    let drafts = scratch.drafts
    let planted = "\(scratch.root)/_asset_metadata/asset_name=soak/asset_id=0/.m.1.abc.tmp"
    _ = FileManager.default.createFile(atPath: planted, contents: Data("half".utf8))
    try scratch.run("reconcile")
    #expect(scratch.drafts.count == drafts.count + 1)
    var old = [timeval(), timeval()]
    gettimeofday(&old[0], nil)
    old[0].tv_sec -= 2 * 3600
    old[1] = old[0]
    for draft in drafts + [planted] { #expect(utimes(draft, old) == 0) }
    try scratch.run("reconcile")
    #expect(scratch.drafts == [])
  }
}

/// What the threads of a test have in common.
private final class SoakState: Sendable {
  private let state = Mutex((isOver: false, reads: 0, failures: [String]()))

  var isOver: Bool { state.withLock { $0.isOver } }
  var reads: Int { state.withLock { $0.reads } }
  var failures: [String] { state.withLock { $0.failures } }

  func end() { state.withLock { $0.isOver = true } }
  func countRead() { state.withLock { $0.reads += 1 } }
  func fail(_ sentence: String) { state.withLock { $0.failures.append(sentence) } }
}
