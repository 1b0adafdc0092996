import { Queue } from './queue';

const queue = new Queue();
queue.push({ name: 'a' });
if (queue.next()?.name !== 'a' || queue.state !== 'idle') {
  throw new Error('wrong');
}
