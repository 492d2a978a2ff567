import AssetCatalog

extension ReconcileCommand {
  /// Lines that are taken at once: those that are at hand, but no more.
  private static let batch = 10_000

  /// Reads the files that some lines name, as the lines come.
  func run(in session: Session, _ path: String, to output: inout ByteSink) throws -> ExitStatus {
    let catalog = try session.catalog()
    var input = try InputLines(path: path, separator: endsWithNul ? 0 : UInt8(ascii: "\n"))
    var total = KeyedReconcile()
    while true {
      let lines = try input.next(Self.batch)
      if lines.isEmpty { break }
      total += try catalog.reconcile(keys: lines, endWithNul: endsWithNul, wait: !noWait)
    }
    session.clearProgress()
    try total.summary.write(quiet: globals.quiet, format, to: &output)
    if total.foreignCount > 0 {
      let verb = total.foreignCount == 1 ? "names" : "name"
      session.remark(
        "\(HumanText.count(total.foreignCount, "key")) of \(Self.place(path)) \(verb) no file of the catalog")
    }
    guard total.badCount > 0 else { return .success }
    Self.say(badCount: total.badCount, path)
    return .badData
  }

  private static func place(_ path: String) -> String { path == "-" ? "standard input" : quoted(path) }

  private static func say(badCount: Int, _ path: String) {
    Session.say(
      "\(HumanText.count(badCount, "line")) of \(place(path)) cannot be \(badCount == 1 ? "a key" : "keys"), and the others "
        + "were read; write each key as the bucket has it, or as an s3:// URL")
  }
}
