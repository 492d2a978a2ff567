import ArgumentParser
import AssetCatalog
import FreshnessRules

/// The options of every question.
struct AnswerOptions: ParsableArguments {
  @OptionGroup var format: FormatOptions
  @OptionGroup var limit: LimitOptions
  @OptionGroup var freshIndex: FreshIndexOptions
}
