import Foundation
import Glibc
import Testing

/// One run of the built program.
struct CommandRun {
  /// The exit status; 128 and more for the signal that ended it, as a shell counts.
  let status: Int32
  let output: String
  let errors: String

  /// The output as a JSON object.
  func object() throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }

  /// The rows of a JSON answer.
  func rows() throws -> [[String: Any]] {
    try #require(try object()["rows"] as? [[String: Any]])
  }

  /// What was said on standard error, but for the remarks on files of the bundled tree that do not parse: they may have
  /// been copied just now, and forms that have room for rows alone say so there.
  var complaints: [String] {
    errors.split(separator: "\n").map(String.init).filter { line in
      !line.hasSuffix("parse: ask again in a few seconds.") && !line.hasSuffix("see 'asset-catalog problems'.")
    }
  }
}

/// A tree for the program to look at, and a folder for everything that it may write, gone at the end of the test.
final class CommandScratch {
  /// Which tree it is.
  enum Tree {
    /// The one that is checked in: only to be read, with the index in the folder of the test. Its damaged files are old
    /// enough to be problems; one that was just written might be half written, and is not yet.
    case bundled
    /// A copy of it that the test may change.
    case copy
  }

  /// The evening of the day on which the fixture was written.
  static let now = "2026-11-23T20:00:00Z"

  let folder: URL
  let root: URL
  private let index: URL?

  init(_ tree: Tree = .bundled) throws {
    let manager = FileManager.default
    folder = manager.temporaryDirectory.appending(path: "asset-catalog-tests-\(UUID().uuidString)")
    try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    let bundled = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/storage")
      .standardizedFileURL
    switch tree {
    case .bundled:
      root = bundled
      index = folder.appending(path: "catalog.sqlite")
    case .copy:
      root = folder.appending(path: "storage")
      index = nil
      try manager.copyItem(at: bundled, to: root)
      // Somebody may have asked the bundled tree something by hand; its index is not that of a copy.
      try? manager.removeItem(at: metadata.appending(path: ".index"))
      // Git keeps no empty folders.
      try manager.createDirectory(
        at: metadata.appending(path: "asset_name=hand.no_manifest/asset_id=a1"), withIntermediateDirectories: true)
    }
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  var metadata: URL { root.appending(path: "_asset_metadata") }

  /// Writes a file of the scratch folder, and gives its path.
  func file(_ name: String, _ text: String) throws -> String {
    let url = folder.appending(path: name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    return url.path
  }

  /// Runs the program on this tree with the fixture's clock.
  func run(_ arguments: String...) throws -> CommandRun {
    try run(arguments + ["--root", root.path, "--now", Self.now])
  }

  /// Runs the program, or another one, with exactly these arguments; the environment names the index of the bundled
  /// tree.
  func run(
    _ arguments: [String], program: String? = nil, environment: [String: String] = [:], input: String = "",
    outputPath: String? = nil
  ) throws -> CommandRun {
    let process = Process()
    process.executableURL = URL(filePath: try program ?? Self.program())
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = self.environment.merging(environment) { $1 }
    let outputFile = try outputPath ?? file("stdout", "")
    let errorFile = try file("stderr", "")
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: try file("stdin", input)))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: outputFile))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errorFile))
    try process.run()
    process.waitUntilExit()
    let signalled = process.terminationReason == .uncaughtSignal
    return CommandRun(
      status: process.terminationStatus + (signalled ? 128 : 0),
      output: outputPath == nil ? String(decoding: try Data(contentsOf: URL(filePath: outputFile)), as: UTF8.self) : "",
      errors: String(decoding: try Data(contentsOf: URL(filePath: errorFile)), as: UTF8.self))
  }

  /// What the program inherits: nothing that could lead it to another tree or index.
  var environment: [String: String] {
    var variables = ["HOME": folder.path, "XDG_CACHE_HOME": folder.appending(path: "cache").path, "TZ": "Pacific/Apia"]
    variables["ASSET_CATALOG_INDEX"] = index?.path
    for name in ["PATH", "LD_LIBRARY_PATH"] { variables[name] = ProcessInfo.processInfo.environment[name] }
    return variables
  }

  /// The program, which is built beside the tests.
  static func program() throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "asset-catalog")
    try #require(FileManager.default.isExecutableFile(atPath: program.path), "build the product asset-catalog first")
    return program.path
  }
}
