/// How a file stands that an asset's or a run's values come from. Raw values are those of the schema.
package enum FileState: Int64, Sendable {
  case absent = 0
  case current = 1
  /// The file cannot be used at present: the values are the last good ones.
  case lastGood = 2
  /// The file cannot be used, and never could.
  case bad = 3
  /// A failed run that only the manifest tells of.
  case manifestOnly = 4
}
