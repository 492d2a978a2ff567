import ArgumentParser
import AssetCatalog
import Glibc

/// A command that asks a question whose answer is rows.
protocol QuestionCommand: FormattedCommand {
  var answer: AnswerOptions { get }
}

extension QuestionCommand {
  var format: FormatOptions { answer.format }

  func reconciling() throws(CommandFailure) -> Catalog.Reconciling { try answer.freshIndex.reconciling() }
}
