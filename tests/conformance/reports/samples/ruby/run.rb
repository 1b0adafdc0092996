require 'json'
require 'simplecov'

SimpleCov.start do
  enable_coverage :branch
  track_files 'lib/**/*.rb'
  root __dir__
  coverage_dir ENV.fetch('OUT')
  command_name 'samples'
  formatter Class.new {
    # The tool's own sums: of lines those of what it measured before it left out `:nocov:`, as in its result set.
    def format(result)
      measured = result.original_result.values.flat_map { |file| file['lines'] }.compact
      branches = result.coverage_statistics[:branch]
      sums = {
        lines: measured.length, lines_hit: measured.count(&:positive?),
        branches: branches.total, branches_hit: branches.covered,
      }
      File.write(File.join(ENV.fetch('OUT'), 'sums.json'), JSON.dump(sums))
    end
  }
end

require_relative 'lib/shelf'

raise unless Shelf.new([1]).take == 1
raise unless Shelf.new([1, 2]).state == :some
