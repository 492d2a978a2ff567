import ArgumentParser
import AssetCatalog
import ManifestModel

extension ReconcileSummary {
  /// What was done: one sentence for people, one object for programs.
  func write(quiet: Bool, _ format: FormatOptions, to output: inout ByteSink) throws {
    switch format.format {
    case .table, .markdown:
      if !quiet { output.append(sentence + "\n") }
    case .json, .ndjson:
      output.appendJSON(Column.summary.map { Cell.Field($0.key, $0.value(self)) })
      output.append("\n")
    case .csv:
      try report().write(format, to: &output)
    }
    try output.drain()
  }

  /// What would be done: the paths, and the counts where the form has room for them.
  func writePlan(_ session: Session, _ format: FormatOptions, to output: inout ByteSink) throws {
    if format.format == .json {
      let plan = planned.map { change in Column.plan.map { Cell.Field($0.key, $0.value(change)) } }
      let fields = Column.summary.map { Cell.Field($0.key, $0.value(self)) }
      output.appendJSON(fields + [Cell.Field("planned", .records(plan))])
      output.append("\n")
      try output.drain()
      return
    }
    var report = Report(
      columns: Column.plan, rows: planned, generatedAt: session.now, asOf: nil, root: session.root,
      emptySentence: session.globals.quiet ? "" : "Nothing to do: the index is up to date.")
    if !session.globals.quiet { report.notes = { $0 == 0 ? [] : ["A dry run: nothing was changed."] } }
    try report.write(format, to: &output)
  }

  /// `3 assets added, 1 changed, 0 removed, 25 unchanged; 9 problems; 41 files read in 0.12 s.`
  var sentence: String {
    let hundredths = (seconds * 100).rounded() / 100
    return "\(HumanText.count(added, "asset")) added, \(HumanText.count(changed)) changed, "
      + "\(HumanText.count(removed)) removed, \(HumanText.count(unchanged)) unchanged; "
      + "\(HumanText.count(problems, "problem")); \(HumanText.count(filesRead, "file")) read in \(hundredths) s."
  }

  private func report() -> Report<ReconcileSummary> {
    Report(
      columns: Column.summary, rows: [self], generatedAt: Timestamp(microseconds: 0), asOf: nil, root: "",
      emptySentence: "")
  }
}
