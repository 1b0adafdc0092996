export interface Job {
  name: string;
  tries?: number;
}

type State = 'idle' | 'busy';

export enum Order {
  First,
  Last,
}

export class Queue {
  private jobs: Job[] = [];

  constructor(private readonly order: Order = Order.First) {}

  push(job: Job): void {
    if ((job.tries ?? 0) > 5) {
      throw new Error(`given up: ${job.name}`);
    }
    this.jobs.push(job);
  }

  next(): Job | undefined {
    return this.order === Order.First ? this.jobs.shift() : this.jobs.pop();
  }

  get state(): State {
    return this.jobs.length === 0 ? 'idle' : 'busy';
  }

  unused(): number {
    let count = 0;
    for (const job of this.jobs) {
      count += job.tries || 0;
    }
    return count;
  }
}
