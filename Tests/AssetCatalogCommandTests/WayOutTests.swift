import Foundation
import Testing

/// What people are told to do is what helps.
@Suite("The way out of a failure, from the command line")
struct WayOutTests {
  @Test(
    "names the metadata folder where the root is there and only that is not",
    arguments: ["list", "reconcile", "rebuild", "check", "repair", "report"])
  func metadata(command: String) throws {
    let scratch = try CommandScratch(.copy)
    let words = [command, "--root", scratch.root.path, "--index", scratch.folder.path + "/i.sqlite"]
    let run = try scratch.run(words + ["--metadata", "nope"])
    #expect(run.status == 66)
    #expect(run.errors.contains("\(scratch.root.path) has no folder nope"), "\(run.errors)")
    for option in ["--root", "--metadata"] { #expect(run.errors.contains("with \(option)"), "\(run.errors)") }
    let file = scratch.root.appending(path: "plain")
    try Data().write(to: file)
    let plain = try scratch.run(words + ["--metadata", "plain"])
    #expect(plain.status == 66)
    #expect(plain.errors.contains("\(file.path) is not a folder"))
    #expect(plain.errors.contains("with --metadata"))
    let root = try scratch.run([command, "--root", "nowhere"])
    #expect(root.status == 66)
    #expect(!root.errors.contains("--metadata"), "\(root.errors)")
  }

  @Test("speaks of the limit on the size of files, and not of the disk", arguments: ["rebuild", "reconcile", "list"])
  func fileSize(command: String) throws {
    let scratch = try CommandScratch(.copy)
    for limit in [1, 8, 64] {
      let run = try limited("-f \(limit)", command, scratch)
      #expect(run.status == 73, "\(run.errors)")
      #expect(run.errors.contains("raise the limit on the size of files"), "\(run.errors)")
      #expect(!run.errors.contains("disk"), "\(run.errors)")
    }
  }

  @Test(
    "speaks of the limit on open files, wherever that is met",
    arguments: ["rebuild", "reconcile", "list", "check"])
  func descriptors(command: String) throws {
    let scratch = try CommandScratch(.copy)
    #expect(try limited("-c 0", "list", scratch).status == 0)
    var refused = 0
    for limit in 5...24 {
      let run = try limited("-n \(limit)", command, scratch)
      if run.status == 0 || run.status == 1 || run.errors.contains("error while loading shared libraries") { continue }
      refused += 1
      #expect(run.errors.contains("raise the limit on open files"), "\(limit): \(run.errors)")
    }
    #expect(refused > 0)
  }

  /// Runs a command on a copy of a tree, with its index in the tree, under a limit.
  private func limited(_ limit: String, _ command: String, _ scratch: CommandScratch) throws -> CommandRun {
    try scratch.run(
      ["-c", "ulimit \(limit); exec \"$program\" \(command) --root \"$root\" --index \"$index\""],
      program: "/bin/sh",
      environment: [
        "program": try CommandScratch.program(), "root": scratch.root.path, "index": scratch.folder.path + "/i.sqlite",
      ])
  }
}
