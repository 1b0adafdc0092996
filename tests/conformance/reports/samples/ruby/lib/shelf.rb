class Shelf
  attr_reader :things

  def initialize(things = [])
    @things = things
  end

  def take
    return nil if things.empty?

    things.pop
  end

  def state
    case things.length
    when 0 then :empty
    when 1 then :one
    else
      things.any?(&:nil?) ? :broken : :some
    end
  end

  # :nocov:
  def left_out
    1
  end
  # :nocov:

  def never(count)
    while count.positive?
      count -= 1
    end
    count
  end
end
