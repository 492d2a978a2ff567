import Foundation
import Glibc
import ManifestModel
import Testing

/// An empty storage root, in memory where the system has such a place, for tests that write much.
final class RecordingScratch: Sendable {
  let root: String

  init() throws {
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    root = "\(base)/asset-catalog-soak-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root + "/_asset_metadata", withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: root)
  }

  /// The environment variable that asks for the long forms of these tests.
  static var isLong: Bool { ProcessInfo.processInfo.environment["ASSET_CATALOG_SOAK"] != nil }

  /// Runs the program on this root to its end.
  @discardableResult
  func run(_ arguments: String..., status: Int32? = 0) throws -> (status: Int32, output: String, errors: String) {
    try run(arguments, status: status)
  }

  /// The same with arguments that were put together elsewhere.
  @discardableResult
  func run(_ arguments: [String], status: Int32? = 0) throws -> (status: Int32, output: String, errors: String) {
    let process = try process(arguments)
    let output = "\(root)/stdout-\(UUID().uuidString)"
    let errors = output + ".errors"
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    defer {
      unlink(output)
      unlink(errors)
    }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
    try process.run()
    process.waitUntilExit()
    let result = (
      process.terminationStatus, try String(contentsOfFile: output, encoding: .utf8),
      try String(contentsOfFile: errors, encoding: .utf8)
    )
    if let status { #expect(result.0 == status, "\(arguments): \(result.2)") }
    return result
  }

  /// The program with these arguments on this root, not started yet.
  func process(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: try CommandScratch.program())
    process.arguments = arguments + ["--root", root]
    process.standardInput = FileHandle.nullDevice
    process.environment = ["HOME": root, "PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]
      .merging(ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }) { $1 }
    return process
  }

  /// All files below the metadata folder except those of the index.
  func files() -> [String] {
    var result: [String] = []
    func walk(_ path: String) {
      for entry in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where entry != ".index" {
        let child = path + "/" + entry
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: child, isDirectory: &isFolder) else { continue }
        if isFolder.boolValue { walk(child) } else { result.append(child) }
      }
    }
    walk(root + "/_asset_metadata")
    return result
  }

  /// What is wrong with the documents of the tree: none may ever be empty, cut or mixed. Drafts are no documents.
  func unreadable() -> [String] {
    files().filter { path in
      guard let data = FileManager.default.contents(atPath: path) else { return false }
      do {
        if path.hasSuffix("/manifest.json") {
          _ = try ManifestCodec.decodeManifest([UInt8](data))
        } else if path.hasSuffix("/metadata.json") {
          _ = try ManifestCodec.decodeRunMetadata([UInt8](data))
        }
        return false
      } catch {
        return true
      }
    }
  }

  var drafts: [String] { files().filter { $0.hasSuffix(".tmp") } }

  /// Everything that the index tells of assets, runs, artifacts and problems.
  func index() throws -> [String] {
    try [
      """
      SELECT asset_name, asset_id, asset_signature, last_materialized, source, last_status, last_error, last_run_id,
        updated_at, manifest_state, run_count, newest_run_id FROM assets ORDER BY 1, 2
      """,
      """
      SELECT asset_name, asset_id, run_id, outcome, is_newest, started_at, materialized, failed_at, duration_ms, error
        FROM runs ORDER BY 1, 2, 3
      """, "SELECT * FROM artifacts ORDER BY 1, 2, 4", "SELECT path, kind FROM problems ORDER BY 1, 2",
    ].map { try run("query", $0, "--no-reconcile", "--format", "csv", status: nil).output }
  }
}

/// A process that records the lines it is given, one at a time.
final class BatchProcess {
  let process: Process
  private let input = Pipe()
  private let output = Pipe()
  private var rest: [UInt8] = []

  /// - Parameter errors: where what it says to people goes.
  init(_ scratch: RecordingScratch, errors: FileHandle = .nullDevice) throws {
    process = try scratch.process(["record", "batch", "-"])
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
  }

  func send(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(input.fileHandleForWriting.fileDescriptor, $0.baseAddress! + start, bytes.count - start)
      }
      if count <= 0 { return }
      start += count
    }
  }

  /// The next line of the answer; `nil` once the process is gone.
  func answer() -> String? {
    while true {
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        defer { rest.removeFirst(end + 1) }
        return String(decoding: rest[..<end], as: UTF8.self)
      }
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(output.fileHandleForReading.fileDescriptor, &chunk, chunk.count)
      if count <= 0 { return nil }
      rest += chunk[..<count]
    }
  }

  /// Ends the input, and waits for the process.
  func finish() -> Int32 {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
