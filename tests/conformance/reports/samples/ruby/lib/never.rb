module Never
  def self.called
    1 unless ENV.empty?
  end
end
