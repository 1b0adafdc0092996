require 'json'
require 'simplecov'

SimpleCov.start do
  enable_coverage :branch
  track_files 'lib/**/*.rb'
  root __dir__
  coverage_dir ENV.fetch('OUT')
  command_name 'samples'
  formatter Class.new {
    # The tool's own sums, in its own words.
    def format(result)
      lines = result.coverage_statistics[:line]
      branches = result.coverage_statistics[:branch]
      sums = { lines: lines.total, lines_hit: lines.covered, branches: branches.total, branches_hit: branches.covered }
      File.write(File.join(ENV.fetch('OUT'), 'sums.json'), JSON.dump(sums))
    end
  }
end

require_relative 'lib/shelf'

raise unless Shelf.new([1]).take == 1
raise unless Shelf.new([1, 2]).state == :some
